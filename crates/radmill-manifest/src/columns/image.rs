use super::{Column, Fill};
use crate::values;

pub(super) const COLUMNS: &[Column] = &[
    Column::new(
        "image_path",
        Fill::Text(|s| values::relative_path(&s.file.path)),
        "radmill",
        "File that holds the image, relative to the dataset root, with `/`",
    ),
    Column::new(
        "image_offset_bytes",
        Fill::Int64(|s| i64::try_from(s.file.offset_bytes).ok()),
        "radmill",
        "Where the image starts in that file; 0 if the file is the image",
    )
    .unit("bytes"),
    Column::new(
        "image_length_bytes",
        Fill::Int64(|s| i64::try_from(s.file.length_bytes).ok()),
        "radmill",
        "Length of the encoded image",
    )
    .unit("bytes"),
    Column::new("image_format", Fill::Text(|s| Some(s.file.format.name().to_owned())), "radmill", "`png`"),
    Column::new(
        "image_sha256",
        Fill::Text(|s| Some(hex(&s.file.sha256))),
        "radmill",
        "SHA-256 of these bytes, 64 hexadecimal digits",
    ),
    Column::new(
        "width",
        Fill::Int32(|s| i32::try_from(s.image.width).ok()),
        "radmill-image",
        "Width of the image",
    )
    .unit("pixels"),
    Column::new(
        "height",
        Fill::Int32(|s| i32::try_from(s.image.height).ok()),
        "radmill-image",
        "Height of the image",
    )
    .unit("pixels"),
    Column::new(
        "channels",
        Fill::Int32(|s| Some(s.layout.channels)),
        "radmill-image",
        "1 grey, 3 red, green, blue",
    ),
    Column::new(
        "bit_depth",
        Fill::Int32(|s| Some(s.layout.bit_depth)),
        "radmill-image",
        "Bits of a sample in the image: 8 or 16",
    )
    .unit("bits"),
    Column::new(
        "sample_min",
        Fill::Int32(|s| Some(i32::from(s.image.sample_min))),
        "radmill-image",
        "Smallest sample of the image, over all channels",
    ),
    Column::new(
        "sample_max",
        Fill::Int32(|s| Some(i32::from(s.image.sample_max))),
        "radmill-image",
        "Largest sample of the image, over all channels",
    ),
    Column::new(
        "sample_scale",
        Fill::Float64(|s| values::number(s.image.meaning.scale)),
        "Modality LUT (PS3.3 C.11.1) and radmill-image",
        "`modality value = sample * sample_scale + sample_offset`",
    )
    .null_when("samples are not linear in modality values"),
    Column::new(
        "sample_offset",
        Fill::Float64(|s| values::number(s.image.meaning.offset)),
        "Modality LUT (PS3.3 C.11.1) and radmill-image",
        "See `sample_scale`",
    )
    .null_when("samples are not linear in modality values"),
    Column::new(
        "sample_unit",
        Fill::Text(|s| {
            let unit = values::text(s.image.meaning.unit.clone())?;
            let allowed = |c: char| c.is_ascii_alphanumeric() || " _/%*^.-".contains(c);
            (unit.len() <= 16 && unit.chars().all(allowed)).then_some(unit)
        }),
        "Rescale Type (0028,1054), or what the SOP class implies",
        "Unit of the modality value, such as `HU`",
    )
    .null_when("not known"),
    Column::new(
        "sample_error_max",
        Fill::Float64(|s| values::number(s.image.meaning.error_max)),
        "radmill-image",
        "Largest difference between the restored and the true modality value; 0 if exact",
    )
    .null_when("samples are not linear in modality values"),
    Column::new(
        "sample_stored_lowest",
        Fill::Int32(|s| i32::try_from(s.image.meaning.stored_lowest?).ok()),
        "Pixel Representation (0028,0103) and Bits Stored (0028,0101)",
        "`stored value = sample + sample_stored_lowest`",
    )
    .null_when("samples are not the stored values shifted"),
    Column::new(
        "sample_no_value",
        Fill::Int32(|s| Some(i32::from(s.image.meaning.no_value_sample?))),
        "radmill-image",
        "The sample that is no measurement: there the source has padding, or a number that is not finite",
    )
    .null_when("every sample is a measurement, or padding is kept as a stored value"),
    Column::new(
        "voi",
        Fill::Text(|s| Some(s.image.meaning.voi?.code().to_owned())),
        "VOI LUT (PS3.3 C.11.2)",
        "How modality values became what is displayed: `lut`, `linear`, `linear_exact`, `sigmoid` or `frame_range`",
    )
    .null_when("samples are values or colours"),
    Column::new(
        "window_center",
        Fill::Float64(|s| values::number(s.image.meaning.window.map(|[center, _]| center))),
        "Window Center (0028,1050)",
        "Centre of the window that was applied, in modality values",
    )
    .null_when("no window was applied"),
    Column::new(
        "window_width",
        Fill::Float64(|s| values::number(s.image.meaning.window.map(|[_, width]| width))),
        "Window Width (0028,1051)",
        "Width of the window that was applied, in modality values",
    )
    .null_when("no window was applied"),
    Column::new(
        "inverted",
        Fill::Boolean(|s| Some(s.image.meaning.inverted)),
        "radmill-image",
        "Samples were inverted because the source is MONOCHROME1 or its Presentation LUT Shape is INVERSE",
    ),
    Column::new(
        "photometric_interpretation",
        Fill::Text(|s| Some(s.pixels?.photometric.term().to_owned())),
        "Photometric Interpretation (0028,0004)",
        "Of the source, such as MONOCHROME2",
    )
    .null_when("the Image Pixel module is not valid"),
    Column::new(
        "bits_stored",
        Fill::Int32(|s| Some(i32::from(s.pixels?.bits_stored))),
        "Bits Stored (0028,0101)",
        "Significant bits of a sample of the source",
    )
    .unit("bits")
    .null_when("the Image Pixel module is not valid"),
];

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}
