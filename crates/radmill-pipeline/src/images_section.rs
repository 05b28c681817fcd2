use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// `[images]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImagesSection {
    /// How image files lie in the dataset.
    pub layout: ImageLayout,
    /// Which frames of an instance become images.
    pub frames: FrameSelection,
}

impl Default for ImagesSection {
    /// A file each, which any tool opens, and every frame: nothing is left out unasked.
    fn default() -> Self {
        ImagesSection { layout: ImageLayout::Files, frames: FrameSelection::All }
    }
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
