//! How the picture was taken: the attributes of each modality (PS3.3 C.8), windows, geometry, functional groups.

use super::{Header, code};
use crate::data_set::DataSet;
use crate::phantom::Scene;
use crate::plan::{Kind, Oddity, Pixels};

impl Header<'_> {
    pub(super) fn acquisition(&mut self) {
        match self.plan.kind {
            Kind::Ct => self.computed(),
            Kind::Mr => self.magnetic(),
            Kind::CtEnhanced | Kind::MrEnhanced => self.functional_groups(),
            Kind::Cr | Kind::Dx | Kind::Mg => self.radiograph(),
            Kind::Us | Kind::UsCine => self.ultrasound(),
            Kind::Xa => self.angiography(),
            Kind::Nm | Kind::Pt => self.nuclear(),
            Kind::Secondary => self.data.text((0x0008, 0x0064), b"CS", "WSD"),
        }
        if !self.plan.kind.is_enhanced() {
            self.numeric_meaning();
        }
        if self.plan.n_frames > 1 && !self.plan.kind.is_enhanced() {
            self.data.at((0x0028, 0x0009), &[(0x0018, 0x1063)]);
            self.data.text((0x0018, 0x1063), b"DS", "66.7");
        }
    }

    /// Rescale and window, as text.
    fn numeric_meaning(&mut self) {
        let Pixels::Grey { stored, rescale, inverted, .. } = self.plan.pixels else { return };
        if let Some((slope, intercept)) = rescale {
            self.data.text((0x0028, 0x1052), b"DS", intercept.to_string());
            self.data.text((0x0028, 0x1053), b"DS", slope.to_string());
            self.data.text((0x0028, 0x1054), b"LO", if self.plan.kind == Kind::Ct { "HU" } else { "US" });
        }
        let (centre, width) = self.window(stored);
        if self.plan.has(Oddity::VoiLut) {
            self.voi_lut(stored);
        } else if self.plan.scene == Scene::ChestCt {
            self.data.text((0x0028, 0x1050), b"DS", "-600\\40");
            self.data.text((0x0028, 0x1051), b"DS", "1500\\400");
            self.data.text((0x0028, 0x1055), b"LO", "LUNG\\MEDIASTINUM");
        } else {
            self.data.text((0x0028, 0x1050), b"DS", centre.to_string());
            self.data.text((0x0028, 0x1051), b"DS", width.to_string());
        }
        if self.plan.has(Oddity::Sigmoid) {
            self.data.text((0x0028, 0x1056), b"CS", "SIGMOID");
        }
        if matches!(self.plan.kind, Kind::Cr | Kind::Dx | Kind::Mg) {
            self.data.text((0x2050, 0x0020), b"CS", if inverted { "INVERSE" } else { "IDENTITY" });
        }
    }

    /// Centre and width in the units after rescale, to which windows apply (PS3.3 C.11.2.1.2).
    fn window(&self, stored: u8) -> (f64, f64) {
        let slope = match self.plan.pixels {
            Pixels::Grey { rescale: Some((slope, _)), .. } => slope,
            _ => 1.0,
        };
        let full = f64::from((1_i32 << stored.min(14)) - 1);
        match self.plan.scene {
            Scene::HeadCt => (40.0, 80.0),
            Scene::NeckCt | Scene::AbdomenCt | Scene::WaterPhantomCt => (50.0, 400.0),
            Scene::HeartCt => (150.0, 700.0),
            Scene::ChestCt => (-600.0, 1500.0),
            _ if self.plan.kind == Kind::Mr => ((full / 4.0).floor(), (full / 2.0).floor()),
            _ => ((slope * full / 2.0).ceil(), (slope * full).ceil() + 1.0),
        }
    }

    /// An S-shaped table over all stored values, of at most 4096 entries.
    fn voi_lut(&mut self, stored: u8) {
        let n = 1_u32 << stored.min(12);
        let entry = |index: u32| {
            let t = f64::from(index) / f64::from(n - 1);
            ((t * t * (3.0 - 2.0 * t)) * 65535.0).round() as u16
        };
        let mut item = DataSet::default();
        item.us((0x0028, 0x3002), &[n as u16, 0, 16]);
        item.text((0x0028, 0x3003), b"LO", "NORMAL");
        item.bytes((0x0028, 0x3006), b"OW", (0..n).flat_map(|i| entry(i).to_le_bytes()).collect::<Vec<u8>>());
        self.sequence((0x0028, 0x3010), vec![item]);
    }

    /// Position, orientation and spacing of a slice.
    fn plane(&mut self) {
        let z = 3.0 * self.plan.number as f64;
        self.data.text((0x0020, 0x0032), b"DS", format!("-180.5\\-175.25\\{z}"));
        self.data.text((0x0020, 0x0037), b"DS", "1\\0\\0\\0\\1\\0");
        self.data.text((0x0020, 0x1041), b"DS", z.to_string());
        self.data.text((0x0020, 0x1040), b"LO", "");
        self.data.text((0x0018, 0x5100), b"CS", "HFS");
        self.data.text((0x0018, 0x0050), b"DS", "3");
        self.data.text((0x0028, 0x0030), b"DS", format!("{0:.6}\\{0:.6}", 360.0 / self.plan.columns as f64));
    }

    fn computed(&mut self) {
        self.plane();
        for (element, vr, value) in [
            (0x0022, b"CS", "HELICAL MODE"),
            (0x0060, b"DS", "120"),
            (0x0090, b"DS", "500"),
            (0x1100, b"DS", "360"),
            (0x1110, b"DS", "1085.6"),
            (0x1111, b"DS", "595"),
            (0x1120, b"DS", "0"),
            (0x1130, b"DS", "162"),
            (0x1140, b"CS", "CW"),
            (0x1150, b"IS", "500"),
            (0x1151, b"IS", "214"),
            (0x1152, b"IS", "107"),
            (0x1160, b"SH", "WEDGE_3"),
            (0x1170, b"IS", "42"),
            (0x1190, b"DS", "1.2"),
            (0x1210, b"SH", "Br40d\\3"),
            (0x0010, b"LO", "Ultravist 370"),
            (0x1041, b"DS", "90"),
        ] {
            self.data.text((0x0018, element), vr, value);
        }
        self.data.fd((0x0018, 0x9345), &[12.34]);
        self.data.fd((0x0018, 0x9311), &[0.9]);
        if matches!(self.plan.pixels, Pixels::Grey { signed: true, .. }) {
            self.data.ss((0x0028, 0x0120), &[-2000]);
        }
    }

    fn magnetic(&mut self) {
        self.plane();
        for (element, vr, value) in [
            (0x0020, b"CS", "SE"),
            (0x0021, b"CS", "SK\\SP"),
            (0x0022, b"CS", "FS"),
            (0x0023, b"CS", "2D"),
            (0x0024, b"SH", "*tse2d1_15"),
            (0x0025, b"CS", "N"),
            (0x0080, b"DS", "4000"),
            (0x0081, b"DS", "96"),
            (0x0083, b"DS", "2"),
            (0x0084, b"DS", "63.873"),
            (0x0085, b"SH", "1H"),
            (0x0086, b"IS", "1"),
            (0x0087, b"DS", "1.5"),
            (0x0088, b"DS", "3.6"),
            (0x0089, b"IS", "240"),
            (0x0091, b"IS", "15"),
            (0x0093, b"DS", "80"),
            (0x0095, b"DS", "190"),
            (0x1251, b"SH", "Body"),
            (0x1312, b"CS", "ROW"),
            (0x1314, b"DS", "150"),
            (0x1316, b"DS", "0.87"),
        ] {
            self.data.text((0x0018, element), vr, value);
        }
        self.data.us((0x0018, 0x1310), &[0, 256, 240, 0]);
        let coil = self.mint.word(&format!("{} coil", self.plan.series_label()));
        self.data.text((0x0018, 0x1250), b"SH", coil);
    }

    fn radiograph(&mut self) {
        for (element, vr, value) in [
            (0x0060, b"DS", "81"),
            (0x1110, b"DS", "1800"),
            (0x1150, b"IS", "12"),
            (0x1151, b"IS", "320"),
            (0x1152, b"IS", "4"),
            (0x1164, b"DS", "0.143\\0.143"),
            (0x1166, b"CS", "IN"),
            (0x1190, b"DS", "0.6"),
            (0x1400, b"LO", "STANDARD"),
            (0x1405, b"IS", "1423"),
            (0x7004, b"CS", "SCINTILLATOR"),
        ] {
            self.data.text((0x0018, element), vr, value);
        }
        let label = self.plan.series_label();
        self.word((0x0018, 0x1004), b"LO", &format!("{label} plate"));
        self.word((0x0018, 0x1007), b"LO", &format!("{label} cassette"));
        self.word((0x0018, 0x700a), b"SH", &format!("{label} detector"));
        let view = match self.plan.scene {
            Scene::ChestFrontal => "PA",
            Scene::Mammogram => "CC",
            Scene::NeckSpineLateral => "LL",
            _ => "AP",
        };
        self.data.text((0x0018, 0x5101), b"CS", view);
        let side = if self.plan.pose.mirrored { "R" } else { "L" };
        self.data.text((0x0020, 0x0020), b"CS", "L\\F");
        self.data.text(
            (0x0020, 0x0062),
            b"CS",
            if self.plan.scene == Scene::ChestFrontal { "U" } else { side },
        );
        self.data.text((0x0008, 0x0068), b"CS", "FOR PRESENTATION");
        if self.plan.kind == Kind::Mg {
            self.data.text((0x0018, 0x1508), b"CS", "MAMMOGRAPHIC");
            self.data.text((0x0018, 0x11a0), b"DS", "52");
            self.data.text((0x0018, 0x11a2), b"DS", "110");
            self.data.text((0x0018, 0x1191), b"CS", "TUNGSTEN");
            self.data.text((0x0040, 0x0316), b"DS", "0.012");
            self.data.text((0x0028, 0x1300), b"CS", "NO");
            self.sequence((0x0054, 0x0220), vec![code("SCT", "399162004", "cranio-caudal")]);
        }
    }

    fn ultrasound(&mut self) {
        self.data.text((0x0018, 0x6031), b"CS", "CURVED LINEAR");
        self.data.text((0x0018, 0x5010), b"LO", "C5-1\\\\");
        self.data.text((0x0018, 0x1088), b"IS", "72");
        self.data.text((0x0018, 0x0040), b"IS", "15");
        let mut region = DataSet::default();
        region.us((0x0018, 0x6012), &[1]);
        region.us((0x0018, 0x6014), &[1]);
        region.ul((0x0018, 0x6016), &[0]);
        region.ul((0x0018, 0x6018), &[0]);
        // Above the region stand the words of the screen.
        let share = if self.plan.has(Oddity::BurnedInName) { 5 } else { 12 };
        let top = self.plan.rows / share;
        region.ul((0x0018, 0x601a), &[top as u32]);
        region.ul((0x0018, 0x601c), &[self.plan.columns as u32 - 1]);
        region.ul((0x0018, 0x601e), &[self.plan.rows as u32 - 1]);
        region.us((0x0018, 0x6024), &[3]);
        region.us((0x0018, 0x6026), &[3]);
        region.fd((0x0018, 0x602c), &[0.08]);
        region.fd((0x0018, 0x602e), &[0.08]);
        self.sequence((0x0018, 0x6011), vec![region]);
    }

    fn angiography(&mut self) {
        for (element, vr, value) in [
            (0x0060, b"DS", "74"),
            (0x1110, b"DS", "1090"),
            (0x1111, b"DS", "765"),
            (0x1155, b"CS", "GR"),
            (0x1164, b"DS", "0.308\\0.308"),
            (0x1510, b"DS", "-30"),
            (0x1511, b"DS", "20"),
            (0x1147, b"CS", "ROUND"),
        ] {
            self.data.text((0x0018, element), vr, value);
        }
        self.data.text((0x0028, 0x1040), b"CS", "LIN");
    }

    fn nuclear(&mut self) {
        let label = self.plan.series_label();
        let mut drug = DataSet::default();
        drug.text((0x0018, 0x0031), b"LO", if self.plan.kind == Kind::Pt { "FDG" } else { "Tc-99m HDP" });
        drug.text((0x0018, 0x1072), b"TM", self.mint.time(&format!("{label} injection")));
        drug.text((0x0018, 0x1074), b"DS", "250000000");
        drug.text((0x0018, 0x1075), b"DS", "6586.2");
        drug.text((0x0018, 0x1077), b"DS", "0.967");
        drug.items((0x0054, 0x0300), vec![code("SCT", "77004003", "Fluorine-18")]);
        self.sequence((0x0054, 0x0016), vec![drug]);
        if self.plan.kind == Kind::Pt {
            self.plane();
            self.data.text((0x0054, 0x1001), b"CS", "BQML");
            self.data.text((0x0054, 0x1102), b"CS", "START");
            self.data.text((0x0054, 0x1103), b"LO", "OSEM 4i16s");
        } else {
            self.data.text((0x0028, 0x0030), b"DS", "4.8\\4.8");
            self.data.us((0x0054, 0x0011), &[1]);
            self.data.us((0x0054, 0x0021), &[1]);
        }
    }

    /// Shared and per-frame functional groups of the enhanced objects (PS3.3 C.7.6.16).
    fn functional_groups(&mut self) {
        let Pixels::Grey { stored, rescale, .. } = self.plan.pixels else { return };
        let one = |build: &dyn Fn(&mut DataSet)| {
            let mut item = DataSet::default();
            build(&mut item);
            vec![item]
        };
        let spacing = format!("{0:.6}\\{0:.6}", 360.0 / self.plan.columns as f64);
        let (slope, intercept) = rescale.unwrap_or((1.0, 0.0));
        let is_ct = self.plan.kind == Kind::CtEnhanced;
        let (centre, width) = self.window(stored);
        let mut shared = DataSet::default();
        shared.items(
            (0x0028, 0x9110),
            one(&|item| {
                item.text((0x0018, 0x0050), b"DS", "5");
                item.text((0x0028, 0x0030), b"DS", &spacing);
            }),
        );
        shared.items((0x0020, 0x9116), one(&|item| item.text((0x0020, 0x0037), b"DS", "1\\0\\0\\0\\1\\0")));
        shared.items(
            (0x0028, 0x9145),
            one(&|item| {
                item.text((0x0028, 0x1052), b"DS", intercept.to_string());
                item.text((0x0028, 0x1053), b"DS", slope.to_string());
                item.text((0x0028, 0x1054), b"LO", if is_ct { "HU" } else { "US" });
            }),
        );
        shared.items(
            (0x0028, 0x9132),
            one(&|item| {
                item.text((0x0028, 0x1050), b"DS", centre.to_string());
                item.text((0x0028, 0x1051), b"DS", width.to_string());
            }),
        );
        if let Some((value, meaning)) = self.plan.region {
            shared.items(
                (0x0020, 0x9071),
                one(&|item| {
                    item.text((0x0020, 0x9072), b"CS", "U");
                    item.items((0x0008, 0x2218), vec![code("SCT", value, meaning)]);
                }),
            );
        }
        let label = self.plan.instance_label();
        let mut request = DataSet::default();
        request.text((0x0040, 0x1001), b"SH", self.mint.word(&format!("{label} shared request")));
        shared.items((0x0040, 0x0275), vec![request]);
        self.sequence((0x5200, 0x9229), vec![shared]);
        let frames = (0..self.plan.n_frames).map(|frame| self.frame_groups(&label, frame)).collect();
        self.sequence((0x5200, 0x9230), frames);
        let organization = self.mint.uid(&format!("{label} dimensions"));
        self.sequence((0x0020, 0x9221), one(&|item| item.text((0x0020, 0x9164), b"UI", &organization)));
        self.data.text((0x0008, 0x9205), b"CS", "MONOCHROME");
        self.data.text((0x0008, 0x9206), b"CS", "VOLUME");
        self.data.text((0x0008, 0x9207), b"CS", "NONE");
        self.data.text((0x0018, 0x9004), b"CS", "PRODUCT");
    }

    fn frame_groups(&mut self, label: &str, frame: usize) -> DataSet {
        let mut content = DataSet::default();
        content.text(
            (0x0018, 0x9074),
            b"DT",
            format!("2016{}", self.mint.digits(&format!("{label} frame {frame}"))),
        );
        content.text((0x0020, 0x9056), b"SH", frame.to_string());
        content.text((0x0020, 0x9158), b"LT", self.mint.word(&format!("{label} frame {frame} comments")));
        content.ul((0x0020, 0x9157), &[1, frame as u32 + 1]);
        let mut position = DataSet::default();
        position.text((0x0020, 0x0032), b"DS", format!("-180.5\\-175.25\\{}", 5 * frame));
        let mut groups = DataSet::default();
        groups.items((0x0020, 0x9111), vec![content]);
        groups.items((0x0020, 0x9113), vec![position]);
        groups
    }
}
