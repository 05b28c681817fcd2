//! Private elements (PS3.5 section 7.8), and Retain Safe Private (PS3.15 E.3.10).
//!
//! A private element stays if its creator, spelled as our table has it, lies at the same level in the same group, and
//! the table has the low byte of its element number: Table E.3.10-1 and the rows of TCIA's knowledge base to keep. The
//! number of the block does not count. Everything else goes, the creators of what goes included.
//!
//! Listed is not safe enough: dates are shifted, UIDs replaced and times kept as the date options have it, values must
//! fit their VR, texts must repeat nothing of the header, what people type in is cleaned as a descriptor, and the items
//! of a sequence are treated by all rules once more. Opaque bytes never stay, listed or not.
//!
//! Private Data Element Characteristics Sequence (0008,0300), in which a file declares its own private elements safe, is
//! not believed: it is removed.

mod block;
mod exceptions;
mod rule;
pub(crate) mod table;
mod vr;

use dicom_core::VR;
use radmill_dicom::{Element, Value};

use crate::apply::{Level, Pass};
use crate::{ProfileOption, Refusal};
use block::{Blocks, is_creator};
use rule::rule;
pub(crate) use rule::rules;
use vr::effective_vr;

/// What stays of the private elements of one level: all those of odd groups, the creators among them. Called only under
/// Retain Safe Private; without it they are removed.
pub(crate) fn treat(
    pass: &mut Pass<'_>,
    elements: Vec<Element>,
    level: &Level,
) -> Result<Vec<Element>, Refusal> {
    let blocks = if pass.has_clear_creators { Blocks::of(&elements) } else { Blocks::none() };
    let mut kept = Vec::new();
    let mut creators = Vec::new();
    for element in elements {
        if is_creator(element.tag) {
            creators.push(element.tag);
        } else {
            kept.extend(treat_element(pass, element, &blocks, level)?);
        }
    }
    let kept_creators = blocks.creators_of(&kept);
    for tag in creators {
        if kept_creators.iter().any(|creator| creator.tag == tag) {
            pass.counts.kept += 1;
        } else {
            pass.count_removed(tag);
        }
    }
    if !kept.is_empty() {
        pass.done.options.insert(ProfileOption::RetainSafePrivate);
    }
    kept.extend(kept_creators);
    Ok(kept)
}

/// The element as the rule for its creator, its VR and the options wants it; `None` if it goes.
fn treat_element(
    pass: &mut Pass<'_>,
    element: Element,
    blocks: &Blocks,
    level: &Level,
) -> Result<Option<Element>, Refusal> {
    let Element { tag, vr: written, value } = element;
    let Some((creator, safe)) = blocks.safe_element(tag) else {
        pass.count_removed(tag);
        return Ok(None);
    };
    let vr = match &value {
        Value::Items(_) => (safe.vr == VR::SQ).then_some(VR::SQ),
        Value::Bytes(_) => effective_vr(written, safe.vr),
    };
    let Some(vr) = vr else {
        pass.counts.value_unfit += 1;
        pass.count_removed(tag);
        return Ok(None);
    };
    // A sequence without items that came through somebody who did not know it.
    let value = if vr == VR::SQ && is_empty(&value) { Value::Items(Vec::new()) } else { value };
    let rule = rule(creator, tag.0, safe, vr, pass.policy.options());
    pass.treat_by_rule(Element { tag, vr, value }, rule, level)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Items(items) => items.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
    }
}
