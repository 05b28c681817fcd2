//! The well-formed files of `fixtures/dicom`: all nine categories, and between them every modality, transfer syntax,
//! character set and oddity at least once.

use crate::file::{Draft, SynthFile};
use crate::phantom::{Pose, Scene};
use crate::plan::{BodyPart, Kind, Oddity, Patient, Pixels, Plan, Syntax};
use crate::text::Charset;

/// The seed of the fixtures.
pub(crate) const FIXTURE_SEED: u64 = 2026;

const LATIN: Patient = patient(1, Charset::Latin1, "M", 1951);
const ASCII: Patient = patient(2, Charset::Ascii, "F", 1968);
const CYRILLIC: Patient = patient(3, Charset::Cyrillic, "F", 1975);
const GREEK: Patient = patient(4, Charset::Greek, "M", 1943);
const UTF8: Patient = patient(5, Charset::Utf8, "F", 1982);
const CHINESE: Patient = patient(6, Charset::Gb18030, "M", 1990);
const JAPANESE: Patient = patient(7, Charset::Japanese, "F", 1961);
const KOREAN: Patient = patient(8, Charset::Korean, "M", 2006);
/// Over 89 at the time of the study.
const OLD: Patient = patient(9, Charset::Latin1, "F", 1921);
/// A child, and of no recorded sex.
const CHILD: Patient = patient(10, Charset::Utf8, "O", 2010);
/// No patient at all: the physicist's.
const QUALITY: Patient = patient(11, Charset::Ascii, "O", 2000);

const fn patient(index: usize, charset: Charset, sex: &'static str, born: usize) -> Patient {
    Patient { index, charset, sex, born: (born, born + 1) }
}

/// The usual pixels of CT: 12 bits and an intercept.
pub(crate) const CT_12: Pixels =
    Pixels::Grey { allocated: 16, stored: 12, signed: false, inverted: false, rescale: Some((1.0, -1024.0)) };
/// CT as signed 16 bits.
pub(crate) const CT_16_SIGNED: Pixels =
    Pixels::Grey { allocated: 16, stored: 16, signed: true, inverted: false, rescale: Some((1.0, 0.0)) };

/// One sample of so many bits in 16, or in 8.
pub(crate) const fn grey(stored: u8) -> Pixels {
    let allocated = if stored > 8 { 16 } else { 8 };
    Pixels::Grey { allocated, stored, signed: false, inverted: false, rescale: None }
}

/// The same as MONOCHROME1.
pub(crate) const fn inverted(stored: u8) -> Pixels {
    let allocated = if stored > 8 { 16 } else { 8 };
    Pixels::Grey { allocated, stored, signed: false, inverted: true, rescale: None }
}

/// What a fixture is if nothing else is said.
pub(crate) fn base(patient: Patient, kind: Kind, scene: Scene, category: &'static str, side: usize) -> Plan {
    Plan {
        path: String::new(),
        about: String::new(),
        patient,
        study: 0,
        series: 0,
        number: 1,
        scene,
        pose: Pose { phase: 0.5, mirrored: false },
        rows: side,
        columns: side,
        n_frames: 1,
        kind,
        pixels: grey(12),
        syntax: Syntax::ExplicitLittle,
        body_part: BodyPart::Absent,
        region: None,
        study_text: "",
        series_text: "",
        protocol: "",
        category,
        uncategorized_reason: "",
        oddities: &[],
    }
}

/// All of them.
pub(crate) fn well_formed() -> Vec<SynthFile> {
    let mut plans = Vec::new();
    for part in [brain, chest, heart, breast, abdomen, spine, neck, extremity, bone, uncategorized] {
        part(&mut plans);
    }
    number(&mut plans);
    plans.iter().map(|plan| Draft::new(plan, FIXTURE_SEED).finish()).collect()
}

/// Numbers the studies of each patient by Study Description, and the series of each study by modality, SOP class and
/// Series Description, so that no two images share an identifier that they would not share in an archive.
fn number(plans: &mut [Plan]) {
    let mut studies: Vec<(usize, &str)> = Vec::new();
    let mut series: Vec<(usize, &str, Kind, &str)> = Vec::new();
    for plan in plans {
        let study = (plan.patient.index, plan.study_text);
        plan.study = place(&mut studies, study, |known| known.0 == study.0);
        let of = (study.0, study.1, plan.kind, plan.series_text);
        plan.series = place(&mut series, of, |known| (known.0, known.1) == study);
    }
}

/// Where `value` stands among those of `known` that are of its group; it is added if it is new.
fn place<T: PartialEq + Copy>(known: &mut Vec<T>, value: T, is_in_group: impl Fn(&T) -> bool) -> usize {
    if !known.contains(&value) {
        known.push(value);
    }
    known.iter().filter(|&other| is_in_group(other)).take_while(|&&other| other != value).count()
}

fn add(plans: &mut Vec<Plan>, path: &str, about: &str, plan: Plan) {
    plans.push(Plan { path: path.to_owned(), about: about.to_owned(), ..plan });
}

fn brain(plans: &mut Vec<Plan>) {
    let ct = Plan {
        pixels: CT_16_SIGNED,
        body_part: BodyPart::Is("HEAD"),
        region: Some(("12738006", "Brain")),
        study_text: "CT Schädel nativ - {name}",
        series_text: "Schädel 3.0 Br40d",
        protocol: "01_Schaedel_nativ",
        oddities: &[Oddity::PreambleText, Oddity::UndefinedLengths],
        ..base(LATIN, Kind::Ct, Scene::HeadCt, "BRAIN", 192)
    };
    for (number, phase, syntax) in
        [(1, 0.3, Syntax::ExplicitLittle), (2, 0.45, Syntax::JpegLossless), (3, 0.6, Syntax::JpegLs)]
    {
        let pose = Pose { phase, mirrored: false };
        let path = format!("{{name}}/kopf/IM0000{number}");
        let about = "CT of the head, signed 16 bits, no extension; the patient's name in the folder";
        add(plans, &path, about, Plan { number, pose, syntax, ..ct.clone() });
    }
    add(
        plans,
        "hospital-b/mr_head/1.dcm",
        "MR of the head, Body Part Examined empty",
        Plan {
            syntax: Syntax::ImplicitLittle,
            body_part: BodyPart::Empty,
            study_text: "頭部MRI 単純",
            series_text: "T2W_TSE tra",
            protocol: "HEAD ROUTINE",
            oddities: &[Oddity::GroupLengths],
            ..base(JAPANESE, Kind::Mr, Scene::BrainMr, "BRAIN", 160)
        },
    );
    add(
        plans,
        "hospital-b/mr_head/enhanced.dcm",
        "enhanced MR with functional groups, RLE, several frames",
        Plan {
            n_frames: 3,
            syntax: Syntax::Rle,
            region: Some(("12738006", "Brain")),
            study_text: "頭部MRI 単純",
            series_text: "3D T1 multiframe",
            protocol: "HEAD 3D",
            pixels: Pixels::Grey {
                allocated: 16,
                stored: 12,
                signed: false,
                inverted: false,
                rescale: Some((2.5, 0.0)),
            },
            ..base(JAPANESE, Kind::MrEnhanced, Scene::BrainMr, "BRAIN", 128)
        },
    );
    add(
        plans,
        "hospital-c/pet/brain_fdg",
        "PET of the brain, big endian, unusual slope",
        Plan {
            syntax: Syntax::ExplicitBig,
            body_part: BodyPart::Is("BRAIN"),
            study_text: "PET brain FDG",
            series_text: "Brain AC",
            protocol: "FDG BRAIN",
            pixels: Pixels::Grey {
                allocated: 16,
                stored: 15,
                signed: false,
                inverted: false,
                rescale: Some((1.52587, 0.0)),
            },
            ..base(OLD, Kind::Pt, Scene::BrainPet, "BRAIN", 128)
        },
    );
}

fn chest(plans: &mut Vec<Plan>) {
    let tall = |plan: Plan, rows| Plan { rows, ..plan };
    add(
        plans,
        "hospital-a/cr/thorax_pa.dcm",
        "CR of the chest as MONOCHROME1, 10 bits, overlay, icon",
        Plan {
            pixels: inverted(10),
            syntax: Syntax::ImplicitLittle,
            body_part: BodyPart::Is("CHEST"),
            study_text: "Röntgen Thorax p.a. {name}",
            series_text: "Thorax p.a.",
            protocol: "Thorax",
            oddities: &[Oddity::Overlay, Oddity::Icon],
            ..base(LATIN, Kind::Cr, Scene::ChestFrontal, "CHEST", 224)
        },
    );
    add(
        plans,
        "hospital-b/dx/00000001.DCM",
        "DX of the chest, Korean, SIGMOID window",
        tall(
            Plan {
                syntax: Syntax::JpegLossless,
                body_part: BodyPart::Is("CHEST"),
                study_text: "흉부 X선 촬영",
                series_text: "Chest PA",
                protocol: "흉부 PA",
                oddities: &[Oddity::Sigmoid],
                ..base(KOREAN, Kind::Dx, Scene::ChestFrontal, "CHEST", 200)
            },
            230,
        ),
    );
    add(
        plans,
        "hospital-b/dx/00000002.DCM",
        "the same chest as 12-bit JPEG (extended sequential), lossy",
        Plan {
            syntax: Syntax::JpegExtended,
            body_part: BodyPart::Is("CHEST"),
            study_text: "흉부 X선 촬영",
            series_text: "Chest AP",
            protocol: "흉부 AP",
            ..base(KOREAN, Kind::Dx, Scene::ChestFrontal, "CHEST", 160)
        },
    );
    let ct = Plan {
        pixels: CT_12,
        body_part: BodyPart::Is("CHEST"),
        region: Some(("51185008", "Thorax")),
        study_text: "胸部CT平扫 {name}",
        series_text: "Chest 1.0 I70f",
        protocol: "胸部平扫",
        ..base(CHINESE, Kind::Ct, Scene::ChestCt, "CHEST", 192)
    };
    for (number, phase, syntax) in
        [(1, 0.35, Syntax::Rle), (2, 0.5, Syntax::Deflated), (3, 0.65, Syntax::JpegLs)]
    {
        let pose = Pose { phase, mirrored: false };
        let path = format!("hospital-c/ct/{number:08}");
        let about = "CT of the chest, 12 bits, two windows";
        add(plans, &path, about, Plan { number, pose, syntax, ..ct.clone() });
    }
    add(
        plans,
        "hospital-c/ct/enhanced_chest.dcm",
        "enhanced CT, rescale and region in functional groups only, empty offset table, two fragments a frame",
        Plan {
            n_frames: 3,
            syntax: Syntax::JpegLossless,
            body_part: BodyPart::Absent,
            oddities: &[Oddity::SplitFragments],
            kind: Kind::CtEnhanced,
            rows: 128,
            columns: 128,
            series_text: "multiframe",
            ..ct.clone()
        },
    );
}

fn heart(plans: &mut Vec<Plan>) {
    add(
        plans,
        "hospital-a/echo/4ch.dcm",
        "cine of the heart, YBR_FULL_422 in JPEG baseline, with text in overlay curves",
        Plan {
            n_frames: 6,
            pixels: Pixels::Ybr422,
            syntax: Syntax::JpegBaseline,
            body_part: BodyPart::Is("HEART"),
            study_text: "Echokardiographie transthorakal",
            series_text: "4-Kammer-Blick",
            protocol: "TTE",
            rows: 144,
            oddities: &[Oddity::Curve],
            ..base(OLD, Kind::UsCine, Scene::Echo, "HEART", 176)
        },
    );
    add(
        plans,
        "hospital-a/cath/run01",
        "coronary angiography, 8 bits, several frames, no preamble",
        Plan {
            n_frames: 5,
            pixels: grey(8),
            body_part: BodyPart::Is("HEART"),
            study_text: "Koronarangiographie",
            series_text: "LCA RAO 30",
            protocol: "Coronary 15 fps",
            oddities: &[Oddity::NoPreamble],
            ..base(OLD, Kind::Xa, Scene::Angiogram, "HEART", 160)
        },
    );
    add(
        plans,
        "hospital-d/cta/0001.dcm",
        "coronary CT; Body Part Examined says CHEST, everything else says heart",
        Plan {
            syntax: Syntax::JpegLossless,
            pixels: CT_12,
            body_part: BodyPart::Is("CHEST"),
            region: Some(("80891009", "Heart")),
            study_text: "ΑΞΟΝΙΚΗ ΣΤΕΦΑΝΙΟΓΡΑΦΙΑ",
            series_text: "CorCTA 0.75 Bv40 BestDiast",
            protocol: "CORONARY CTA",
            ..base(GREEK, Kind::Ct, Scene::HeartCt, "HEART", 192)
        },
    );
    add(
        plans,
        "hospital-d/cmr/sa_cine.dcm",
        "cardiac MR, several frames in JPEG-LS",
        Plan {
            n_frames: 4,
            syntax: Syntax::JpegLs,
            body_part: BodyPart::Is("HEART"),
            study_text: "MRI ΚΑΡΔΙΑΣ",
            series_text: "cine bSSFP SA",
            protocol: "CARDIAC FUNCTION",
            ..base(GREEK, Kind::Mr, Scene::HeartMr, "HEART", 128)
        },
    );
}

fn breast(plans: &mut Vec<Plan>) {
    let mammogram = Plan {
        rows: 256,
        body_part: BodyPart::Is("BREAST"),
        region: Some(("76752008", "Breast")),
        study_text: "Mammography screening {name}",
        protocol: "SCREENING",
        ..base(ASCII, Kind::Mg, Scene::Mammogram, "BREAST", 200)
    };
    add(
        plans,
        "mammo/{name}_LCC.dcm",
        "mammogram, VOI lookup table; the patient's name in the file name",
        Plan {
            series_text: "L CC",
            syntax: Syntax::JpegLossless,
            oddities: &[Oddity::VoiLut],
            ..mammogram.clone()
        },
    );
    add(
        plans,
        "mammo/{name}_RCC.dcm",
        "mammogram as MONOCHROME1, 14 bits",
        Plan {
            number: 2,
            series_text: "R CC",
            pose: Pose { phase: 0.5, mirrored: true },
            pixels: inverted(14),
            syntax: Syntax::ImplicitLittle,
            oddities: &[Oddity::Signed],
            ..mammogram.clone()
        },
    );
    add(
        plans,
        "hospital-b/us/breast.dcm",
        "ultrasound of the breast, RGB",
        Plan {
            pixels: Pixels::Rgb { planar: false },
            body_part: BodyPart::Absent,
            study_text: "УЗИ молочных желез",
            series_text: "молочная железа левая",
            protocol: "Молочная железа",
            rows: 144,
            ..base(CYRILLIC, Kind::Us, Scene::BreastUs, "BREAST", 176)
        },
    );
    add(
        plans,
        "hospital-b/mr_breast/0001",
        "MR of both breasts, deflated",
        Plan {
            syntax: Syntax::Deflated,
            body_part: BodyPart::Is("BREAST"),
            study_text: "MRI breast bilateral",
            series_text: "t1_fl3d_tra_dynaVIEWS",
            protocol: "Mamma dynamic",
            ..base(ASCII, Kind::Mr, Scene::BreastMr, "BREAST", 144)
        },
    );
}

fn abdomen(plans: &mut Vec<Plan>) {
    let ct = Plan {
        pixels: CT_16_SIGNED,
        body_part: BodyPart::Is("ABDOMEN"),
        study_text: "Scanner abdomino-pelvien {name}",
        series_text: "Abdomen PV 3mm",
        protocol: "ABDO PELVIS",
        ..base(UTF8, Kind::Ct, Scene::AbdomenCt, "ABDOMEN", 192)
    };
    for (number, phase, syntax) in
        [(1, 0.2, Syntax::ExplicitBig), (2, 0.5, Syntax::Rle), (3, 0.8, Syntax::ImplicitLittle)]
    {
        let pose = Pose { phase, mirrored: false };
        let path = format!("hospital-d/abdomen/CT{number:04}.dcm");
        add(plans, &path, "CT of the abdomen", Plan { number, pose, syntax, ..ct.clone() });
    }
    add(
        plans,
        "hospital-d/us/liver.dcm",
        "ultrasound of the abdomen, RGB by planes",
        Plan {
            pixels: Pixels::Rgb { planar: true },
            body_part: BodyPart::Is("ABDOMEN"),
            study_text: "Échographie abdominale",
            series_text: "Foie et rein droit",
            protocol: "Abdomen",
            rows: 144,
            ..base(UTF8, Kind::Us, Scene::AbdomenUs, "ABDOMEN", 176)
        },
    );
    add(
        plans,
        "hospital-d/us/palette",
        "ultrasound of the abdomen as PALETTE COLOR in RLE",
        Plan {
            pixels: Pixels::Palette,
            syntax: Syntax::Rle,
            body_part: BodyPart::Is("ABDOMEN"),
            study_text: "Échographie abdominale",
            series_text: "Rein gauche",
            protocol: "Abdomen",
            rows: 144,
            ..base(UTF8, Kind::Us, Scene::AbdomenUs, "ABDOMEN", 176)
        },
    );
    add(
        plans,
        "hospital-a/dx/abdomen.dcm",
        "plain film of the abdomen, trailing padding, text in VRs for codes and numbers",
        Plan {
            rows: 230,
            pixels: grey(14),
            body_part: BodyPart::Absent,
            study_text: "Abdomenübersicht",
            series_text: "Abdomen a.p. liegend",
            protocol: "Abdomen",
            oddities: &[Oddity::TrailingPadding, Oddity::WrongVr],
            ..base(LATIN, Kind::Dx, Scene::AbdomenPlain, "ABDOMEN", 192)
        },
    );
}

fn spine(plans: &mut Vec<Plan>) {
    add(
        plans,
        "hospital-a/mr_lws/t2_sag",
        "MR of the lumbar spine, a bare data set in implicit little endian",
        Plan {
            rows: 224,
            syntax: Syntax::ImplicitLittle,
            body_part: BodyPart::Is("LSPINE"),
            region: Some(("122496007", "Lumbar spine")),
            study_text: "MRT LWS nativ",
            series_text: "T2 TSE sag",
            protocol: "LWS",
            oddities: &[Oddity::NoMeta],
            ..base(LATIN, Kind::Mr, Scene::SpineMr, "SPINE", 176)
        },
    );
    add(
        plans,
        "hospital-c/dx/cspine.dcm",
        "lateral film of the cervical spine; Body Part Examined wrongly says SKULL",
        Plan {
            rows: 230,
            syntax: Syntax::Rle,
            body_part: BodyPart::Is("SKULL"),
            region: Some(("122494005", "Cervical spine")),
            study_text: "Рентген шейного отдела позвоночника",
            series_text: "C-spine lateral",
            protocol: "Шейный отдел позвоночника",
            ..base(CYRILLIC, Kind::Dx, Scene::NeckSpineLateral, "SPINE", 176)
        },
    );
}

fn neck(plans: &mut Vec<Plan>) {
    add(
        plans,
        "hospital-c/neck/ct.dcm",
        "CT of the neck, tags that nobody knows",
        Plan {
            pixels: CT_12,
            body_part: BodyPart::Is("NECK"),
            region: Some(("45048000", "Neck")),
            study_text: "CT soft tissue neck with contrast",
            series_text: "Neck 3.0 Br38",
            protocol: "NECK",
            oddities: &[Oddity::UnknownTags],
            ..base(ASCII, Kind::Ct, Scene::NeckCt, "NECK", 160)
        },
    );
    add(
        plans,
        "hospital-c/neck/thyroid.dcm",
        "ultrasound of the thyroid, grey, JPEG baseline",
        Plan {
            rows: 144,
            pixels: grey(8),
            syntax: Syntax::JpegBaseline,
            body_part: BodyPart::Empty,
            study_text: "甲状腺超音波検査",
            series_text: "Thyroid",
            protocol: "甲状腺",
            ..base(JAPANESE, Kind::Us, Scene::ThyroidUs, "NECK", 176)
        },
    );
    add(
        plans,
        "hospital-c/neck/mr",
        "MR of the neck",
        Plan {
            body_part: BodyPart::Is("NECK"),
            study_text: "MRI SOFT TISSUE NECK",
            series_text: "T1 SE tra",
            protocol: "NECK",
            ..base(JAPANESE, Kind::Mr, Scene::NeckMr, "NECK", 128)
        },
    );
}

fn extremity(plans: &mut Vec<Plan>) {
    add(
        plans,
        "hospital-b/dx/hand.dcm",
        "film of the hand, overlay in the unused bits",
        Plan {
            rows: 256,
            body_part: BodyPart::Is("HAND"),
            region: Some(("85562004", "Hand")),
            study_text: "XR HAND LEFT 3 VIEWS",
            series_text: "Hand AP",
            protocol: "Hand",
            oddities: &[Oddity::OverlayInPixels],
            ..base(ASCII, Kind::Dx, Scene::Hand, "EXTREMITY", 184)
        },
    );
    add(
        plans,
        "hospital-b/cr/knee",
        "CR of the knee, JPEG-LS, a sequence hidden in UN",
        Plan {
            rows: 240,
            syntax: Syntax::JpegLs,
            body_part: BodyPart::Is("KNEE"),
            study_text: "Ακτινογραφία γόνατος",
            series_text: "Knee AP",
            protocol: "ΓΟΝΑΤΟ",
            oddities: &[Oddity::UnSequence],
            ..base(GREEK, Kind::Cr, Scene::Knee, "EXTREMITY", 176)
        },
    );
    add(
        plans,
        "hospital-b/mr_knee/IM1",
        "MR of the knee, signed 12 bits in 16",
        Plan {
            body_part: BodyPart::Is("KNEE"),
            study_text: "MRI KNEE RIGHT",
            series_text: "PD FS sag",
            protocol: "KNEE",
            pixels: Pixels::Grey { allocated: 16, stored: 12, signed: true, inverted: false, rescale: None },
            ..base(KOREAN, Kind::Mr, Scene::KneeMr, "EXTREMITY", 160)
        },
    );
}

fn bone(plans: &mut Vec<Plan>) {
    add(
        plans,
        "hospital-d/cr/bone_age.dcm",
        "film of a child's hand for bone age",
        Plan {
            rows: 256,
            pixels: inverted(12),
            body_part: BodyPart::Is("HAND"),
            study_text: "Knochenalterbestimmung",
            series_text: "Bone age left hand",
            protocol: "BONE AGE",
            ..base(CHILD, Kind::Cr, Scene::Hand, "BONE", 184)
        },
    );
    add(
        plans,
        "hospital-d/nm/bone_scan",
        "whole-body bone scan",
        Plan {
            rows: 256,
            body_part: BodyPart::Empty,
            study_text: "NM BONE SCAN WHOLE BODY",
            series_text: "Bone scan ANT POST",
            protocol: "WB BONE",
            pixels: grey(16),
            ..base(OLD, Kind::Nm, Scene::BoneScan, "BONE", 160)
        },
    );
    add(
        plans,
        "hospital-d/dx/pelvis.dcm",
        "film of the bony pelvis",
        Plan {
            rows: 176,
            syntax: Syntax::JpegLossless,
            body_part: BodyPart::Is("PELVIS"),
            study_text: "XR bony pelvis AP",
            series_text: "Bony pelvis AP",
            protocol: "PELVIS BONE",
            ..base(UTF8, Kind::Dx, Scene::Pelvis, "BONE", 208)
        },
    );
}

fn uncategorized(plans: &mut Vec<Plan>) {
    let nowhere = |patient, kind, scene, reason| Plan {
        uncategorized_reason: reason,
        ..base(patient, kind, scene, "UNCATEGORIZED", 128)
    };
    add(
        plans,
        "hospital-c/pet/wb",
        "whole-body PET",
        Plan {
            rows: 200,
            body_part: BodyPart::Is("WHOLEBODY"),
            region: Some(("38266002", "Entire body")),
            study_text: "PET/CT whole body FDG",
            series_text: "WB AC MIP",
            protocol: "WHOLE BODY",
            pixels: Pixels::Grey {
                allocated: 16,
                stored: 16,
                signed: true,
                inverted: false,
                rescale: Some((0.5, 0.0)),
            },
            ..nowhere(CHINESE, Kind::Pt, Scene::WholeBodyPet, "whole_body")
        },
    );
    add(
        plans,
        "physics/qa.dcm",
        "the physicist's water phantom",
        Plan {
            pixels: CT_12,
            body_part: BodyPart::Is("PHANTOM"),
            study_text: "QA water phantom",
            series_text: "PHANTOM daily",
            protocol: "QA Phantom",
            ..nowhere(QUALITY, Kind::Ct, Scene::WaterPhantomCt, "phantom")
        },
    );
    add(
        plans,
        "scans/page1",
        "a scanned page that says nothing about anatomy",
        Plan {
            rows: 168,
            pixels: grey(8),
            study_text: "{name}",
            series_text: "Scan",
            ..nowhere(UTF8, Kind::Secondary, Scene::Document, "no_evidence")
        },
    );
}
