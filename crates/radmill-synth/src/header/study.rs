//! Patient, study, series, equipment and the steps of the procedure (PS3.3 C.7.1 to C.7.5, C.4.10 and C.4.15).

use super::{Header, code, reference};
use crate::canary::CanaryKind;
use crate::data_set::DataSet;
use crate::plan::{BodyPart, Kind};
use crate::text::Charset;

/// A study class that others refer to (Detached Study Management, retired).
const STUDY_CLASS: &str = "1.2.840.10008.3.1.2.3.1";

impl Header<'_> {
    pub(super) fn patient(&mut self) {
        let patient = self.plan.patient;
        let label = self.plan.patient_label();
        if let Some(term) = patient.charset.defined_term() {
            self.data.text((0x0008, 0x0005), b"CS", term);
        }
        self.person((0x0010, 0x0010), &label);
        let id = self.mint.word(&format!("{label} id"));
        self.data.text((0x0010, 0x0020), b"LO", &id);
        self.word((0x0010, 0x0021), b"LO", &format!("{label} issuer"));
        let birth = self.mint.date(&format!("{label} birth"), patient.born);
        self.data.text((0x0010, 0x0030), b"DA", &birth);
        let birth_time = self.mint.time(&format!("{label} birth"));
        self.data.text((0x0010, 0x0032), b"TM", birth_time);
        self.data.text((0x0010, 0x0040), b"CS", patient.sex);
        let (first, second) =
            (self.mint.digits(&format!("{label} other 1")), self.mint.word(&format!("{label} other 2")));
        self.data.text((0x0010, 0x1000), b"LO", format!("{first}\\{second}"));
        let mut other = DataSet::default();
        other.text((0x0010, 0x0020), b"LO", self.mint.digits(&format!("{label} insurance")));
        other.text((0x0010, 0x0021), b"LO", self.mint.word(&format!("{label} insurer")));
        other.text((0x0010, 0x0022), b"CS", "TEXT");
        self.sequence((0x0010, 0x1002), vec![other]);
        self.person((0x0010, 0x1001), &format!("{label} other name"));
        if patient.sex == "F" {
            self.word((0x0010, 0x1005), b"PN", &format!("{label} birth name"));
            self.data.us((0x0010, 0x21c0), &[4]);
        }
        let age = self.age(&birth);
        self.data.text((0x0010, 0x1010), b"AS", format!("{age:03}Y"));
        self.data.text((0x0010, 0x1020), b"DS", format!("1.{}", 55 + patient.index % 40));
        self.data.text((0x0010, 0x1030), b"DS", (52 + patient.index * 7 % 50).to_string());
        let street = self.mint.native(&format!("{label} street"));
        let house = self.keep_number(format!("H{}", &id[2..8]));
        self.text((0x0010, 0x1040), b"LO", format!("{street} {house}"));
        self.word((0x0010, 0x1060), b"PN", &format!("{label} mother"));
        self.word((0x0010, 0x1080), b"LO", &format!("{label} rank"));
        self.word((0x0010, 0x1090), b"LO", &format!("{label} record"));
        self.data.text((0x0010, 0x2110), b"LO", "PENICILLIN");
        self.word((0x0010, 0x2152), b"LO", &format!("{label} region"));
        let phone = self.mint.digits(&format!("{label} phone"));
        self.data.text((0x0010, 0x2154), b"SH", format!("+{phone}"));
        self.data.text((0x0010, 0x2160), b"SH", "unknown");
        self.word((0x0010, 0x2180), b"SH", &format!("{label} occupation"));
        let history = self.mint.native(&format!("{label} history"));
        let employer = self.mint.word(&format!("{label} employer"));
        self.text((0x0010, 0x21b0), b"LT", format!("Works with {history} at {employer}.\r\nSmoker."));
        self.word((0x0010, 0x21f0), b"LO", &format!("{label} religion"));
        self.word((0x0010, 0x4000), b"LT", &format!("{label} comments"));
    }

    /// Years between birth and study, 0 at least.
    fn age(&mut self, birth: &str) -> u32 {
        let study = self.study_date();
        let year = |date: &str| date.get(..4).and_then(|year| year.parse::<u32>().ok()).unwrap_or(0);
        let had_birthday = study.get(4..) >= birth.get(4..);
        year(&study).saturating_sub(year(birth)).saturating_sub(u32::from(!had_birthday))
    }

    fn study_date(&mut self) -> String {
        let year = 2014 + 2 * (self.plan.study % 6);
        let label = self.plan.study_label();
        self.mint.date(&label, (year, year + 1))
    }

    pub(super) fn study(&mut self) {
        let label = self.plan.study_label();
        let date = self.study_date();
        let time = self.mint.time(&label);
        for tag in [0x0020, 0x0021, 0x0022, 0x0023] {
            self.data.text((0x0008, tag), b"DA", &date);
            let time = if tag == 0x0020 { time.clone() } else { self.mint.time(&format!("{label} {tag}")) };
            self.data.text((0x0008, tag + 0x10), b"TM", time);
        }
        let moment = self.mint.time(&format!("{} moment", self.plan.instance_label()));
        self.data.text((0x0008, 0x002a), b"DT", format!("{date}{moment}+0100"));
        self.data.text((0x0008, 0x0201), b"SH", "+0100");
        self.uid((0x0020, 0x000d), &label);
        self.word((0x0020, 0x0010), b"SH", &format!("{label} id"));
        let accession = self.mint.digits(&format!("{label} accession"));
        self.data.text((0x0008, 0x0050), b"SH", accession);
        let name = self.mint.word(&format!("{} family", self.plan.patient_label()));
        self.text((0x0008, 0x1030), b"LO", self.plan.study_text.replace("{name}", &name));
        self.person((0x0008, 0x0090), &format!("{label} referrer"));
        let mut referrer = DataSet::default();
        referrer.text((0x0008, 0x0080), b"LO", self.mint.word(&format!("{label} referrer institution")));
        let fax = self.mint.digits(&format!("{label} referrer phone"));
        referrer.text((0x0040, 0x1103), b"LO", fax);
        referrer.items(
            (0x0040, 0x1101),
            vec![code("99LOCAL", &self.mint.word(&format!("{label} referrer code")), "Referrer")],
        );
        self.sequence((0x0008, 0x0096), vec![referrer]);
        self.word((0x0008, 0x0094), b"SH", &format!("{label} referrer telephone"));
        self.person((0x0008, 0x1048), &format!("{label} physician of record"));
        self.person((0x0008, 0x1060), &format!("{label} reader"));
        let referenced = self.mint.uid(&format!("{label} referenced"));
        self.sequence((0x0008, 0x1110), vec![reference(STUDY_CLASS, &referenced)]);
        self.word((0x0008, 0x1080), b"LO", &format!("{label} diagnosis"));
        self.word((0x0032, 0x4000), b"LT", &format!("{label} study comments"));
        self.word((0x0038, 0x0010), b"LO", &format!("{label} admission"));
        self.word((0x0038, 0x0300), b"LO", &format!("{label} ward"));
        self.word((0x0038, 0x0500), b"LO", &format!("{label} patient state"));
    }

    pub(super) fn series_and_equipment(&mut self) {
        let label = self.plan.series_label();
        let site = format!("site {}", self.plan.patient.index % 4);
        self.data.text((0x0008, 0x0060), b"CS", self.plan.kind.modality());
        self.uid((0x0020, 0x000e), &label);
        self.data.text((0x0020, 0x0011), b"IS", (self.plan.series + 1).to_string());
        self.text((0x0008, 0x103e), b"LO", self.plan.series_text);
        self.text((0x0018, 0x1030), b"LO", self.plan.protocol);
        match self.plan.body_part {
            BodyPart::Absent => {}
            BodyPart::Empty => self.data.text((0x0018, 0x0015), b"CS", ""),
            BodyPart::Is(term) => self.data.text((0x0018, 0x0015), b"CS", term),
        }
        if let (Some((value, meaning)), false) = (self.plan.region, self.plan.kind.is_enhanced()) {
            self.sequence((0x0008, 0x2218), vec![code("SCT", value, meaning)]);
        }
        self.uid((0x0020, 0x0052), &format!("{} frame of reference", self.plan.study_label()));
        self.person((0x0008, 0x1050), &format!("{label} performer"));
        self.person((0x0008, 0x1070), &format!("{label} operator"));
        let maker = match self.plan.kind {
            Kind::Ct | Kind::Xa => ("SIEMENS", "SOMATOM Force"),
            Kind::CtEnhanced | Kind::Cr => ("TOSHIBA", "Aquilion ONE"),
            Kind::Mr | Kind::MrEnhanced => ("Philips Medical Systems", "Ingenia"),
            Kind::Us | Kind::UsCine => ("GE Vingmed Ultrasound", "Vivid E95"),
            Kind::Mg => ("HOLOGIC, Inc.", "Selenia Dimensions"),
            _ => ("GE MEDICAL SYSTEMS", "Discovery"),
        };
        self.data.text((0x0008, 0x0070), b"LO", maker.0);
        self.data.text((0x0008, 0x1090), b"LO", maker.1);
        let institution = self.mint.native(&format!("{site} institution"));
        let hospital = self.mint.word(&format!("{site} hospital"));
        self.text((0x0008, 0x0080), b"LO", format!("{hospital} {institution}"));
        let town = self.mint.native(&format!("{site} town"));
        let post = self.mint.digits(&format!("{site} post code"));
        self.text((0x0008, 0x0081), b"ST", format!("1 {town} Road\r\n{post}"));
        self.word((0x0008, 0x1040), b"LO", &format!("{site} department"));
        self.word((0x0008, 0x1010), b"SH", &format!("{label} station"));
        self.word((0x0018, 0x1000), b"LO", &format!("{site} serial {}", self.plan.kind.modality()));
        self.data.text((0x0018, 0x1020), b"LO", "syngo CT VA48A\\1.2.3");
        self.uid((0x0018, 0x1002), &format!("{site} device {}", self.plan.kind.modality()));
        self.word((0x0018, 0x1008), b"LO", &format!("{site} gateway"));
        let calibrated = self.mint.date(&format!("{label} calibration"), (2013, 2013));
        self.data.text((0x0018, 0x1200), b"DA", calibrated);
    }

    pub(super) fn instance(&mut self) {
        let label = self.plan.instance_label();
        self.data.text((0x0008, 0x0008), b"CS", "ORIGINAL\\PRIMARY\\AXIAL");
        self.data.text((0x0008, 0x0016), b"UI", self.plan.kind.sop_class());
        self.uid((0x0008, 0x0018), &format!("instance {label}"));
        let created = self.study_date();
        self.data.text((0x0008, 0x0012), b"DA", created);
        self.data.text((0x0008, 0x0013), b"TM", self.mint.time(&format!("{label} created")));
        self.uid((0x0008, 0x0014), &format!("{label} creator"));
        self.data.text((0x0020, 0x0012), b"IS", "1");
        self.data.text((0x0020, 0x0013), b"IS", self.plan.number.to_string());
        self.data.text((0x0020, 0x1002), b"IS", "24");
        self.word((0x0020, 0x4000), b"LT", &format!("{label} image comments"));
        self.word((0x0008, 0x2111), b"ST", &format!("{label} derivation"));
        let source = self.mint.uid(&format!("{label} source image"));
        let mut purpose = reference(self.plan.kind.sop_class(), &source);
        purpose.items(
            (0x0040, 0xa170),
            vec![code("DCM", "121322", "Source image for image processing operation")],
        );
        self.sequence((0x0008, 0x2112), vec![purpose]);
        let referenced = self.mint.uid(&format!("{label} referenced image"));
        self.sequence((0x0008, 0x1140), vec![reference(self.plan.kind.sop_class(), &referenced)]);
        self.uid((0x0008, 0x3010), &format!("{label} irradiation"));
        self.data.text((0x0028, 0x0301), b"CS", "NO");
        self.original_attributes();
    }

    /// What the header said before somebody corrected it, three levels deep.
    fn original_attributes(&mut self) {
        let label = self.plan.instance_label();
        let mut before = DataSet::default();
        self.person_item(&mut before, (0x0010, 0x0010), &format!("{label} before correction"));
        before.text((0x0010, 0x0020), b"LO", self.mint.word(&format!("{label} id before correction")));
        let mut deeper = DataSet::default();
        deeper.text((0x0008, 0x0050), b"SH", self.mint.word(&format!("{label} accession before correction")));
        deeper.text((0x0040, 0xa124), b"UI", self.mint.uid(&format!("{label} uid before correction")));
        before.items((0x0040, 0x0275), vec![deeper]);
        let mut item = DataSet::default();
        item.items((0x0400, 0x0550), vec![before]);
        let moment = format!("{}{}", self.study_date(), self.mint.time(&format!("{label} corrected")));
        item.text((0x0400, 0x0562), b"DT", moment);
        item.text((0x0400, 0x0563), b"LO", self.mint.word(&format!("{label} correcting system")));
        item.text((0x0400, 0x0564), b"LO", self.mint.word(&format!("{label} source of values")));
        item.text((0x0400, 0x0565), b"CS", "COERCE");
        self.sequence((0x0400, 0x0561), vec![item]);
    }

    pub(super) fn procedure_steps(&mut self) {
        let label = self.plan.study_label();
        self.person((0x0032, 0x1032), &format!("{label} requester"));
        self.word((0x0032, 0x1033), b"LO", &format!("{label} requesting service"));
        self.text((0x0032, 0x1060), b"LO", self.plan.protocol);
        let date = self.study_date();
        self.data.text((0x0040, 0x0244), b"DA", &date);
        self.data.text((0x0040, 0x0245), b"TM", self.mint.time(&format!("{label} step")));
        self.word((0x0040, 0x0253), b"SH", &format!("{label} step id"));
        self.text((0x0040, 0x0254), b"LO", self.plan.protocol);
        let reason = self.mint.native(&format!("{label} reason"));
        let mut request = DataSet::default();
        request.text((0x0040, 0x0009), b"SH", self.mint.word(&format!("{label} scheduled step")));
        request.text((0x0040, 0x1001), b"SH", self.mint.word(&format!("{label} requested procedure")));
        request.bytes((0x0040, 0x1002), b"LO", self.plan.patient.charset.encode(&reason));
        self.person_item(&mut request, (0x0040, 0x1400), &format!("{label} comment on request"));
        request.items(
            (0x0040, 0x0008),
            vec![code("99LOCAL", &self.mint.word(&format!("{label} protocol code")), "Protocol")],
        );
        let accession = self.mint.digits(&format!("{label} accession"));
        request.text((0x0008, 0x0050), b"SH", accession);
        self.sequence((0x0040, 0x0275), vec![request]);
        self.word((0x0040, 0x0280), b"ST", &format!("{label} step comments"));
        self.word((0x0040, 0x1010), b"PN", &format!("{label} recipient"));
        self.word((0x0040, 0x2016), b"LO", &format!("{label} order"));
        self.word((0x0040, 0x2008), b"PN", &format!("{label} entered by"));
        let callback = self.mint.digits(&format!("{label} callback"));
        self.data.text((0x0040, 0x2010), b"SH", callback);
        let mut observer = DataSet::default();
        self.person_item(&mut observer, (0x0040, 0xa123), &format!("{label} observer"));
        observer.text((0x0040, 0xa027), b"LO", self.mint.word(&format!("{label} observer organisation")));
        if self.plan.patient.charset != Charset::Ascii {
            // An item may declare its own character set; this one says the same again.
            let term = self.plan.patient.charset.defined_term().unwrap_or_default();
            observer.text((0x0008, 0x0005), b"CS", term);
        }
        self.sequence((0x0040, 0xa073), vec![observer]);
        let mailbox = self.mint.word(&format!("{label} mail")).to_lowercase();
        let contact = self.mint.keep(format!("mailto:{mailbox}@example.org"), CanaryKind::Text);
        self.data.text((0x0008, 0x1190), b"UR", contact);
    }
}
