use bytes::Bytes;
use dicom_core::{Tag, VR};
use radmill_dicom::{CharacterSet, Element, Value};
use radmill_frame::Rect;

use super::*;

const CT: &str = "1.2.840.10008.5.1.4.1.1.2";
const US: &str = "1.2.840.10008.5.1.4.1.1.6.1";

fn element(tag: Tag, vr: VR, value: &[u8]) -> Element {
    Element { tag, vr, value: Value::Bytes(Bytes::copy_from_slice(value)) }
}

fn header(texts: &[(Tag, &str)], others: Vec<Element>) -> DataSet {
    let texts = texts.iter().map(|(tag, text)| element(*tag, VR::LO, text.as_bytes()));
    DataSet::new(texts.chain(others).collect(), CharacterSet::default())
}

#[test]
fn what_is_risky() {
    let check = |texts: &[(Tag, &str)], expected: &[&str]| {
        let risks = find(&header(texts, Vec::new())).risks;
        let reasons: Vec<&str> = risks.iter().map(|risk| risk.reason()).collect();
        assert_eq!(reasons, expected, "{texts:?}");
    };
    let (class, modality, kind) = (tags::SOP_CLASS_UID, tags::MODALITY, tags::IMAGE_TYPE);
    check(&[(class, CT), (modality, "CT"), (kind, "ORIGINAL\\PRIMARY\\AXIAL")], &[]);
    check(&[(class, CT), (kind, "DERIVED\\SECONDARY\\MPR")], &[]);
    check(&[(class, CT), (tags::BURNED_IN_ANNOTATION, "NO")], &[]);
    check(&[(class, CT), (tags::BURNED_IN_ANNOTATION, " ")], &[]);
    check(&[(class, CT), (tags::BURNED_IN_ANNOTATION, "YES")], &["burned_in_annotation"]);
    check(&[(class, CT), (tags::BURNED_IN_ANNOTATION, "no idea")], &["burned_in_annotation"]);
    check(&[(class, "1.2.840.10008.5.1.4.1.1.7")], &["pixel_risk_secondary_capture"]);
    check(&[(class, "1.2.840.10008.5.1.4.1.1.7.4")], &["pixel_risk_secondary_capture"]);
    check(&[(class, "1.2.840.10008.5.1.4.1.1.77.1.6")], &[]);
    check(&[(class, CT), (tags::CONVERSION_TYPE, "WSD")], &["pixel_risk_secondary_capture"]);
    check(&[(class, CT), (kind, "DERIVED\\SECONDARY\\SCREEN SAVE")], &["pixel_risk_screen_save"]);
    check(&[(class, CT), (tags::SERIES_DESCRIPTION, "Dose Report")], &["pixel_risk_screen_save"]);
    check(&[(class, CT), (tags::SERIES_DESCRIPTION, "dose finding")], &[]);
    check(&[(class, CT), (tags::CONVERSION_TYPE, "DF")], &["pixel_risk_film"]);
    check(&[(class, CT), (tags::MANUFACTURER, "VIDAR Systems")], &["pixel_risk_film"]);
    check(&[(class, US), (tags::BURNED_IN_ANNOTATION, "NO")], &["pixel_risk_ultrasound"]);
    check(&[(modality, "US")], &["pixel_risk_ultrasound"]);
    check(&[(modality, "SM"), (kind, "ORIGINAL\\PRIMARY\\LABEL\\NONE")], &["pixel_risk_label"]);
    check(&[(modality, "SM"), (kind, "ORIGINAL\\PRIMARY\\VOLUME\\NONE")], &[]);
    check(&[(modality, "MR"), (kind, "ORIGINAL\\PRIMARY\\ASL\\LABEL")], &[]);
    check(&[(modality, "RTDOSE"), (kind, "DERIVED\\PRIMARY\\DOSE")], &[]);
    check(&[(modality, "CT"), (kind, "DERIVED\\SECONDARY\\DOSE")], &["pixel_risk_screen_save"]);
    check(
        &[(modality, "CT"), (kind, "DERIVED\\SECONDARY\\OTHER\\CT_SOM5 PROT")],
        &["pixel_risk_screen_save"],
    );
    check(&[(Tag(0x0018, 0x1017), "ACME")], &["pixel_risk_film"]);
    check(&[(modality, "ES")], &["pixel_risk_photograph"]);
    check(&[(tags::RECOGNIZABLE_VISUAL_FEATURES, "YES")], &["recognizable_visual_features"]);
}

#[test]
fn what_was_cleaned_before_is_believed() {
    let code = header(&[(tags::CODE_VALUE, "113101"), (tags::CODING_SCHEME_DESIGNATOR, "DCM")], Vec::new());
    let tag = tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE;
    let codes = || vec![Element { tag, vr: VR::SQ, value: Value::Items(vec![code.clone()]) }];
    for burned_in in [BurnedIn::Clean, BurnedIn::Reject] {
        let decision = |texts: &[(Tag, &str)]| decide(&header(texts, codes()), burned_in);
        let again = decision(&[(tags::MODALITY, "US"), (tags::BURNED_IN_ANNOTATION, "NO")]).unwrap();
        assert!(again.is_cleaned() && !again.blacks_out());
        assert!(decision(&[(tags::MODALITY, "US")]).is_err());
        assert!(decision(&[(tags::MODALITY, "US"), (tags::BURNED_IN_ANNOTATION, "YES")]).is_err());
    }
}

fn ultrasound(regions: &[[u32; 4]]) -> DataSet {
    let number = |tag, value: u32| element(tag, VR::UL, &value.to_le_bytes());
    let items = regions.iter().map(|&[left, top, right, bottom]| {
        let elements = vec![
            number(tags::REGION_LOCATION_MIN_X0, left),
            number(tags::REGION_LOCATION_MIN_Y0, top),
            number(tags::REGION_LOCATION_MAX_X1, right),
            number(tags::REGION_LOCATION_MAX_Y1, bottom),
        ];
        DataSet::new(elements, CharacterSet::default())
    });
    let sequence = Element {
        tag: tags::SEQUENCE_OF_ULTRASOUND_REGIONS,
        vr: VR::SQ,
        value: Value::Items(items.collect()),
    };
    let size = [number(tags::ROWS, 480), number(tags::COLUMNS, 640)];
    header(&[(tags::SOP_CLASS_UID, US)], size.into_iter().chain([sequence]).collect())
}

#[test]
fn ultrasound_keeps_its_regions() {
    let kept = |regions: &[[u32; 4]]| find(&ultrasound(regions)).regions;
    let rect = |x, y, width, height| Rect { x, y, width, height };
    let known = |rects| RegionsOfText::Known(PixelMask::keep_only(rects));
    assert_eq!(kept(&[[10, 50, 600, 400]]), known(vec![rect(10, 50, 591, 351)]));
    assert_eq!(kept(&[[0, 50, 639, 200], [0, 210, 639, 479]]).clone(), {
        known(vec![rect(0, 50, 640, 151), rect(0, 210, 640, 270)])
    });
    for useless in [
        vec![],
        vec![[0, 0, 639, 479]],
        vec![[0, 0, 639, 240], [0, 240, 639, 479]],
        vec![[10, 50, 5, 400]],
        vec![[10, 50, 900, 400]],
    ] {
        assert_eq!(kept(&useless), RegionsOfText::Unknown, "{useless:?}");
    }
    let decision = decide(&ultrasound(&[[10, 50, 600, 400]]), BurnedIn::Clean).unwrap();
    assert!(decision.is_cleaned());
    assert_eq!(decision.mask.black_columns(60, 640), [0..10, 601..640]);
    let refused = |regions: &[[u32; 4]], burned_in| decide(&ultrasound(regions), burned_in).unwrap_err();
    assert_eq!(refused(&[[10, 50, 600, 400]], BurnedIn::Reject).reason(), "pixel_risk_ultrasound");
    assert_eq!(refused(&[], BurnedIn::Clean).reason(), "pixel_risk_ultrasound");
    assert!(!decide(&ultrasound(&[]), BurnedIn::Allow).unwrap().is_cleaned());
}

#[test]
fn regions_that_are_not_to_be_kept() {
    let changed = |data: DataSet, change: &dyn Fn(&mut Vec<Element>)| {
        let mut elements = data.into_elements();
        change(&mut elements);
        DataSet::new(elements, CharacterSet::default())
    };
    let format = |value: u16| element(tags::REGION_SPATIAL_FORMAT, VR::US, &value.to_le_bytes());
    let with_formats = |formats: [u16; 2]| {
        changed(ultrasound(&[[0, 50, 300, 400], [400, 50, 600, 400]]), &|elements| {
            let sequence =
                elements.iter_mut().find(|e| e.tag == tags::SEQUENCE_OF_ULTRASOUND_REGIONS).unwrap();
            let Value::Items(items) = &mut sequence.value else { panic!("a sequence") };
            for (item, value) in items.iter_mut().zip(formats) {
                *item = changed(item.clone(), &|elements| elements.push(format(value)));
            }
        })
    };
    let kept = Rect { x: 0, y: 50, width: 301, height: 351 };
    assert_eq!(find(&with_formats([1, 5])).regions, RegionsOfText::Known(PixelMask::keep_only(vec![kept])));
    assert_eq!(find(&with_formats([5, 5])).regions, RegionsOfText::Unknown);

    let refused = |added: Element| {
        let data = changed(ultrasound(&[[10, 50, 600, 400]]), &|elements| elements.insert(0, added.clone()));
        decide(&data, BurnedIn::Clean).err().map(|refusal| refusal.reason())
    };
    let text = |tag, value: &str| element(tag, VR::LO, value.as_bytes());
    assert_eq!(refused(text(tags::BURNED_IN_ANNOTATION, "YES")), None);
    assert_eq!(
        refused(text(tags::RECOGNIZABLE_VISUAL_FEATURES, "YES")),
        Some("recognizable_visual_features")
    );
    assert_eq!(refused(text(tags::CONVERSION_TYPE, "DF")), Some("pixel_risk_film"));
    let sequence = Value::Items(vec![DataSet::default()]);
    let odd = Element { tag: tags::RECOGNIZABLE_VISUAL_FEATURES, vr: VR::SQ, value: sequence };
    assert_eq!(refused(odd), Some("recognizable_visual_features"));
    let capture = changed(ultrasound(&[[10, 50, 600, 400]]), &|elements| {
        elements.retain(|element| element.tag != tags::SOP_CLASS_UID);
        elements.push(text(tags::SOP_CLASS_UID, "1.2.840.10008.5.1.4.1.1.7"));
        elements.push(text(tags::MODALITY, "US"));
    });
    assert!(decide(&capture, BurnedIn::Clean).is_err());
}

#[test]
fn devices_have_their_places() {
    let check =
        |modality: &str, maker: &str, model: &str, size: [u16; 2], others: &[(Tag, &str)], expected| {
            let mut texts = vec![
                (tags::MODALITY, modality),
                (tags::MANUFACTURER, maker),
                (tags::MANUFACTURER_MODEL_NAME, model),
            ];
            texts.extend(others);
            let number = |tag, value: u16| element(tag, VR::US, &value.to_le_bytes());
            let size = vec![number(tags::ROWS, size[0]), number(tags::COLUMNS, size[1])];
            let width = match device::find(&header(&texts, size)).regions {
                RegionsOfText::Known(mask) => mask.black_columns(5, 2000).iter().map(|span| span.len()).sum(),
                RegionsOfText::Unknown => 0,
            };
            assert_eq!(width, expected, "{maker} {model}");
        };
    check("US", "Philips Medical Systems", "iU22", [768, 1024], &[], 1024);
    check("US", "Philips Medical Systems", "iU22", [700, 1024], &[], 0);
    check("US", "GE Healthcare", "LOGIQE9", [720, 960], &[], 960);
    // The strip of a screen of 960 columns; rows alone are known; and one that is not in the image.
    check("US", "GE Healthcare", "LOGIQE9", [1080, 1440], &[], 0);
    check("US", "Philips Medical Systems", "EPIQ 7C", [768, 1280], &[], 1280);
    let series = [(tags::SERIES_DESCRIPTION, "3D")];
    check("CT", "SIEMENS", "SOMATOM Definition AS+", [256, 256], &series, 0);
    check("CT", "GE MEDICAL SYSTEMS", "LightSpeed VCT", [512, 512], &[], 0);
    let dose = [(tags::SERIES_DESCRIPTION, "Dose Report")];
    check("CT", "GE MEDICAL SYSTEMS", "Discovery", [512, 512], &dose, 512);
    check("CT", "AGFA-GEVAERT", "Discovery", [512, 512], &dose, 0);
    check("PT", "Philips Medical Systems", "GEMINI TF", [445, 493], &[], 140);
}

#[test]
fn the_darkest_entry_of_a_palette() {
    let descriptor: Vec<u8> = [3_u16, 4, 16].iter().flat_map(|n| n.to_le_bytes()).collect();
    let colour = |entries: [u16; 3]| entries.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let data = header(
        &[],
        vec![
            element(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, VR::US, &descriptor),
            element(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA, VR::OW, &colour([900, 1, 500])),
            element(tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA, VR::OW, &colour([0, 2, 0])),
            element(tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA, VR::OW, &colour([0, 3, 0])),
        ],
    );
    assert_eq!(palette::darkest_entry(&data), 5);
    assert_eq!(palette::darkest_entry(&header(&[], Vec::new())), 0);
}
