//! SOP classes that have pixel data but are no images of a body: milled, they would be noise in a dataset.

/// SOP Class UID (PS3.4 B.5), and what it is instead.
const NOT_IMAGES: [(&str, &str); 4] = [
    ("1.2.840.10008.5.1.4.1.1.66.4", "a segmentation is a mask, not an image"),
    ("1.2.840.10008.5.1.4.1.1.66.7", "a label map segmentation is a mask, not an image"),
    ("1.2.840.10008.5.1.4.1.1.66.8", "a height map segmentation is a mask, not an image"),
    ("1.2.840.10008.5.1.4.1.1.481.2", "an RT dose is a dose grid, not an image"),
];

/// Why instances of this SOP class are not images; `None` if they may be.
pub(crate) fn not_an_image(sop_class_uid: &str) -> Option<&'static str> {
    NOT_IMAGES.iter().find(|(uid, _)| *uid == sop_class_uid).map(|(_, why)| *why)
}
