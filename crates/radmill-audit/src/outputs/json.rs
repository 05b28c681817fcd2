//! JSON, such as the log of a Delta table, and texts that hold JSON again.

use serde_json::Value;

use crate::finding::{Place, safe_name};
use crate::probe::{Form, Probe};

/// JSON in JSON in JSON: enough for the statistics within a log.
const DEPTH_MAX: usize = 16;

/// Looks at a file of JSON, whole or line by line. Lines that are no JSON are looked at as bytes.
pub(crate) fn file(probe: &mut Probe<'_>, bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice(bytes) {
        return value_at(probe, "", &value, 0);
    }
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(value) => value_at(probe, "", &value, 0),
            Err(_) => probe.bytes(&Place::new("json", "a line that is no JSON"), line),
        }
    }
}

/// Looks at a text that may be JSON itself; then its parts are looked at, without the signs between them.
pub(crate) fn text(probe: &mut Probe<'_>, place: &Place, text: &str) {
    inner(probe, place, text, 0);
}

fn inner(probe: &mut Probe<'_>, place: &Place, text: &str, depth: usize) {
    if text.starts_with(['{', '['])
        && depth < DEPTH_MAX
        && let Ok(value) = serde_json::from_str(text)
    {
        return value_at(probe, &place.at, &value, depth + 1);
    }
    probe.text(place, Form::Code, text);
}

fn value_at(probe: &mut Probe<'_>, at: &str, value: &Value, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            probe.text(&Place::new("json", at), Form::Number, &number.to_string());
        }
        // The schema in the log of a Delta table names its columns so.
        Value::String(name) if at.ends_with("fields[].name") => probe.name(&Place::new("json", at), name),
        Value::String(string) => {
            inner(probe, &Place::new("json", at), string, depth);
        }
        Value::Array(values) => {
            for value in values {
                value_at(probe, &format!("{at}[]"), value, depth + 1);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let n_found_before = probe.n_found;
                probe.name(&Place::new("json", format!("{at} (a key)")), name);
                let key = if probe.n_found == n_found_before { safe_name(name) } else { "*".to_owned() };
                let at = if at.is_empty() { key } else { format!("{at}.{key}") };
                value_at(probe, &at, value, depth + 1);
            }
        }
    }
}
