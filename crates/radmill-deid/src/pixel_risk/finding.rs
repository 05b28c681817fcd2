use radmill_frame::PixelMask;

/// Why the pixels of an instance may show text, or a face, by which somebody can be recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PixelRisk {
    /// Burned In Annotation (0028,0301) is anything but NO or empty.
    BurnedInAnnotation,
    /// Ultrasound: names stand in the margins of the screen.
    Ultrasound,
    /// A secondary capture: a screen, a video signal, or a workstation's drawing.
    SecondaryCapture,
    /// A saved screen, a dose report, a protocol page.
    ScreenSave,
    /// A film or a document that was digitised or is to be printed, with what is written on it.
    Film,
    /// A device of which it is known that it writes into its images.
    Device,
    /// The label of a slide or specimen.
    Label,
    /// A photograph or a video of a person.
    Photograph,
    /// Recognizable Visual Features (0028,0302) is anything but NO or empty.
    RecognizableFeatures,
}

impl PixelRisk {
    /// Stable reason code for the quarantine.
    pub fn reason(self) -> &'static str {
        match self {
            PixelRisk::BurnedInAnnotation => "burned_in_annotation",
            PixelRisk::Ultrasound => "pixel_risk_ultrasound",
            PixelRisk::SecondaryCapture => "pixel_risk_secondary_capture",
            PixelRisk::ScreenSave => "pixel_risk_screen_save",
            PixelRisk::Film => "pixel_risk_film",
            PixelRisk::Device => "pixel_risk_device",
            PixelRisk::Label => "pixel_risk_label",
            PixelRisk::Photograph => "pixel_risk_photograph",
            PixelRisk::RecognizableFeatures => "recognizable_visual_features",
        }
    }

    /// True if it is about text in the margins of a screen, which is gone when the known regions of text are black.
    /// A face, a film or a label is not gone with them.
    pub(crate) fn is_of_screen_text(self) -> bool {
        matches!(
            self,
            PixelRisk::BurnedInAnnotation
                | PixelRisk::Ultrasound
                | PixelRisk::SecondaryCapture
                | PixelRisk::ScreenSave
                | PixelRisk::Device
        )
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            PixelRisk::BurnedInAnnotation => "Burned In Annotation does not say NO",
            PixelRisk::Ultrasound => "an ultrasound image, which has names in its margins as a rule",
            PixelRisk::SecondaryCapture => "a secondary capture, which may show whatever stood on a screen",
            PixelRisk::ScreenSave => "a saved screen or report page",
            PixelRisk::Film => "a digitised or printed film or document",
            PixelRisk::Device => "a device that writes text into its images",
            PixelRisk::Label => "the label of a slide or specimen",
            PixelRisk::Photograph => "a photograph or video of a person",
            PixelRisk::RecognizableFeatures => "Recognizable Visual Features does not say NO",
        }
    }
}

/// What a finder says about one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PixelFindings {
    /// In order of their weight for the person who reads the first of them.
    pub(crate) risks: Vec<PixelRisk>,
    pub(crate) regions: RegionsOfText,
}

/// Where the text is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum RegionsOfText {
    /// Nobody knows.
    #[default]
    Unknown,
    /// Nowhere but here.
    Known(PixelMask),
}

impl PixelFindings {
    /// Risks without a known place.
    pub(crate) fn risks(risks: Vec<PixelRisk>) -> PixelFindings {
        PixelFindings { risks, regions: RegionsOfText::Unknown }
    }

    /// What two finders say together: all risks, and all regions that one of them knows.
    pub(crate) fn and(self, other: PixelFindings) -> PixelFindings {
        let mut risks = self.risks;
        risks.extend(other.risks);
        risks.sort_unstable();
        risks.dedup();
        let regions = match (self.regions, other.regions) {
            (RegionsOfText::Known(mine), RegionsOfText::Known(theirs)) => {
                RegionsOfText::Known(mine.and(theirs))
            }
            (RegionsOfText::Unknown, known) | (known, RegionsOfText::Unknown) => known,
        };
        PixelFindings { risks, regions }
    }
}
