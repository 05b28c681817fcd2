use radmill_anatomy::Code;

/// Most codes that one cell is read for.
const CODES_MAX: usize = 32;

/// Reads the codes of a cell. They are separated by `|`, and each is written as in the standard,
/// `(69536005, SCT, "Head")`, as in HL7, `69536005^Head^SCT`, or as `SCT:69536005` with or without `:Head`.
/// Anything else is the meaning of a code without a value.
pub(crate) fn parse(cell: &str, codes: &mut Vec<Code>) {
    for text in cell.split('|').map(str::trim).filter(|text| !text.is_empty()) {
        if codes.len() < CODES_MAX {
            codes.push(parse_one(text));
        }
    }
}

fn parse_one(text: &str) -> Code {
    let code = |scheme: &str, value: &str, meaning: &str| {
        let [scheme, value, meaning] =
            [scheme, value, meaning].map(|part| part.trim().trim_matches('"').to_owned());
        Code { scheme, value, meaning }
    };
    if let Some(triplet) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let mut parts = triplet.splitn(3, ',');
        let [value, scheme, meaning] = std::array::from_fn(|_| parts.next().unwrap_or_default());
        return code(scheme, value, meaning);
    }
    if text.contains('^') {
        let mut parts = text.split('^');
        let [value, meaning, scheme] = std::array::from_fn(|_| parts.next().unwrap_or_default());
        return code(scheme, value, meaning);
    }
    let mut parts = text.splitn(3, ':');
    match (parts.next(), parts.next()) {
        (Some(scheme), Some(value)) if !scheme.contains(' ') && !value.trim().contains(' ') => {
            code(scheme, value, parts.next().unwrap_or_default())
        }
        _ => code("", "", text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let check = |cell: &str, expected: &[[&str; 3]]| {
            let mut codes = Vec::new();
            parse(cell, &mut codes);
            let given: Vec<[&str; 3]> =
                codes.iter().map(|code| [&*code.scheme, &*code.value, &*code.meaning]).collect();
            assert_eq!(given, expected, "{cell}");
        };
        check("", &[]);
        check("(69536005, SCT, \"Head\")", &[["SCT", "69536005", "Head"]]);
        check("T-D1100^Head^SRT", &[["SRT", "T-D1100", "Head"]]);
        check("SCT:69536005", &[["SCT", "69536005", ""]]);
        check(
            "SCT:69536005:Head|SCT:45048000:Neck, soft",
            &[["SCT", "69536005", "Head"], ["SCT", "45048000", "Neck, soft"]],
        );
        check("CT of the head: native", &[["", "", "CT of the head: native"]]);
        check("(", &[["", "", "("]]);
        check("()", &[["", "", ""]]);
        check("^", &[["", "", ""]]);
    }
}
