use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::{OutputKind, defaults};

/// `[images]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImagesSection {
    /// How image files lie in the dataset.
    pub layout: ImageLayout,
    /// How images are encoded.
    pub format: FormatKind,
    /// Quality of JPEG as libjpeg counts it, from 1 to 100; 90 if left out.
    pub quality: Option<u8>,
    /// Which frames of an instance become images.
    pub frames: FrameSelection,
}

impl Default for ImagesSection {
    /// A file each, which any tool opens, without loss, and every frame: nothing is left out unasked.
    fn default() -> Self {
        ImagesSection {
            layout: ImageLayout::Files,
            format: FormatKind::Png,
            quality: None,
            frames: FrameSelection::All,
        }
    }
}

impl ImagesSection {
    /// What serde cannot see.
    pub(crate) fn check(&self, output: OutputKind) -> Result<(), String> {
        let is_jpeg = self.format == FormatKind::Jpeg;
        if is_jpeg && output != OutputKind::Display8 {
            return Err(
                "images.format = \"jpeg\" has 8 bits and loss, and is for what is displayed: it needs \
                        normalize.output = \"display8\""
                    .to_owned(),
            );
        }
        match self.quality {
            Some(_) if !is_jpeg => Err("images.quality is for images.format = \"jpeg\"".to_owned()),
            Some(0 | 101..) => Err("images.quality must be from 1 to 100".to_owned()),
            _ => Ok(()),
        }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        match self.format {
            FormatKind::Png => Encoding::Png,
            FormatKind::Jpeg => Encoding::Jpeg { quality: self.quality.unwrap_or(defaults::JPEG_QUALITY) },
        }
    }
}

/// How images are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormatKind {
    /// Without loss, 8 or 16 bit.
    Png,
    /// With loss, 8 bit.
    Jpeg,
}

/// The same with what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Png,
    Jpeg { quality: u8 },
}

/// How image files lie in the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageLayout {
    /// One file for each image.
    Files,
    /// Tar files of many images, as WebDataset reads them.
    Tar,
    /// Parquet files of many images, as Hugging Face's `datasets` reads them.
    Parquet,
}

/// What a file of many images is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PackFormat {
    Tar,
    Parquet,
}

impl ImageLayout {
    /// What images are packed into when the job is sealed; `None` if each is a file of its own at once.
    pub(crate) fn pack_format(self) -> Option<PackFormat> {
        match self {
            ImageLayout::Files => None,
            ImageLayout::Tar => Some(PackFormat::Tar),
            ImageLayout::Parquet => Some(PackFormat::Parquet),
        }
    }
}

impl PackFormat {
    const ALL: [PackFormat; 2] = [PackFormat::Tar, PackFormat::Parquet];

    /// The file name extension.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            PackFormat::Tar => "tar",
            PackFormat::Parquet => "parquet",
        }
    }

    /// The format of a file in a dataset; `None` if it is one image.
    pub(crate) fn of_file(path: &str) -> Option<PackFormat> {
        let extension = path.rsplit_once('.')?.1;
        PackFormat::ALL.into_iter().find(|format| format.extension() == extension)
    }
}

/// Which frames of an instance become images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameSelection {
    /// Every frame.
    All,
    /// The one in the middle, of an even number the later of the two.
    Middle,
    /// The first one and every n-th after it; n is 1 or more.
    Every(u32),
}

impl FrameSelection {
    /// The chosen ones of so many frames, counted from 0.
    pub(crate) fn of(self, n_frames: u32) -> Vec<u32> {
        match self {
            FrameSelection::All => (0..n_frames).collect(),
            FrameSelection::Middle => (n_frames > 0).then_some(n_frames / 2).into_iter().collect(),
            FrameSelection::Every(n) => (0..n_frames).step_by(n.max(1) as usize).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for FrameSelection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FrameSelection, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Word(String),
            Every(Every),
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Every {
            every: u32,
        }
        let wrong =
            || D::Error::custom("frames must be \"all\", \"middle\" or { every = n } with n from 1 on");
        match Written::deserialize(deserializer).map_err(|_| wrong())? {
            Written::Word(word) if word == "all" => Ok(FrameSelection::All),
            Written::Word(word) if word == "middle" => Ok(FrameSelection::Middle),
            Written::Every(Every { every: n @ 1.. }) => Ok(FrameSelection::Every(n)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PipelineFile;

    #[test]
    fn frames_are_chosen() {
        for (selection, n_frames, expected) in [
            (FrameSelection::All, 3, vec![0, 1, 2]),
            (FrameSelection::Middle, 1, vec![0]),
            (FrameSelection::Middle, 4, vec![2]),
            (FrameSelection::Middle, 5, vec![2]),
            (FrameSelection::Middle, 0, vec![]),
            (FrameSelection::Every(2), 5, vec![0, 2, 4]),
            (FrameSelection::Every(9), 5, vec![0]),
        ] {
            assert_eq!(selection.of(n_frames), expected, "{selection:?} of {n_frames}");
        }
    }

    #[test]
    fn the_section_is_read() {
        let read = |text: &str| PipelineFile::parse(&format!("version = 1\n[images]\n{text}"));
        let frames = |text| read(text).map(|file| file.images.frames);
        assert_eq!(frames(""), Ok(FrameSelection::All));
        assert_eq!(frames("frames = \"middle\""), Ok(FrameSelection::Middle));
        assert_eq!(frames("frames = { every = 4 }"), Ok(FrameSelection::Every(4)));
        assert_eq!(read("layout = \"tar\"").map(|file| file.images.layout), Ok(ImageLayout::Tar));
        for wrong in ["frames = { every = 0 }", "frames = \"last\"", "frames = { each = 1 }", "frames = 3"] {
            assert!(frames(wrong).unwrap_err().contains("frames must be"), "{wrong}");
        }
        assert!(read("layout = \"zip\"").is_err());
    }
}
