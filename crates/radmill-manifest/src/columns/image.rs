use dicom_dictionary_std::tags;

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
    Column::new("image_format", Fill::Text(|s| Some(s.file.format.name().to_owned())), "radmill", "`png` or `jpeg`"),
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
        "Smallest sample of the image, over all channels; what JPEG changes comes after",
    ),
    Column::new(
        "sample_max",
        Fill::Int32(|s| Some(i32::from(s.image.sample_max))),
        "radmill-image",
        "Largest sample of the image, over all channels; what JPEG changes comes after",
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
    Column::new(
        "window_source",
        Fill::Text(|s| Some(s.image.meaning.voi_source?.code().to_owned())),
        "radmill-image",
        "Who asked for the window or VOI LUT that was applied: `header` or `preset` (the pipeline file, for the category)",
    )
    .null_when("none was applied"),
    Column::new(
        "sample_padding_min",
        Fill::Int32(|s| Some(i32::from(s.image.meaning.padding?[0]))),
        "Pixel Padding Value (0028,0120), Pixel Padding Range Limit (0028,0121)",
        "Samples from this one to `sample_padding_max` are padding, which is no measurement",
    )
    .null_when("no padding is declared, or samples are not values"),
    Column::new(
        "sample_padding_max",
        Fill::Int32(|s| Some(i32::from(s.image.meaning.padding?[1]))),
        "Pixel Padding Value (0028,0120), Pixel Padding Range Limit (0028,0121)",
        "See `sample_padding_min`",
    )
    .null_when("no padding is declared, or samples are not values"),
    Column::new(
        "real_world_scale",
        Fill::Float64(|s| values::number(Some(s.image.meaning.real_world.as_ref()?.scale_offset?[0]))),
        "Real World Value Mapping (PS3.3 C.7.6.16.2.11)",
        "`real-world value = sample * real_world_scale + real_world_offset`, independent of the modality value",
    )
    .null_when("the source has no such mapping, or none that is linear in samples"),
    Column::new(
        "real_world_offset",
        Fill::Float64(|s| values::number(Some(s.image.meaning.real_world.as_ref()?.scale_offset?[1]))),
        "Real World Value Mapping (PS3.3 C.7.6.16.2.11)",
        "See `real_world_scale`",
    )
    .null_when("the source has no such mapping, or none that is linear in samples"),
    Column::new(
        "real_world_unit",
        Fill::Text(|s| s.image.meaning.real_world.as_ref()?.unit.clone()),
        "Measurement Units Code Sequence (0040,08EA)",
        "Unit of the real-world value as a UCUM code, such as `mm2/s`",
    )
    .null_when("the source has no such mapping, or its unit is not on the list of known ones"),
    Column::new(
        "real_world_sample_min",
        Fill::Int32(|s| Some(i32::from(s.image.meaning.real_world.as_ref()?.sample_range?[0]))),
        "Real World Value First Value Mapped (0040,9216)",
        "Samples from this one to `real_world_sample_max` have a real-world value",
    )
    .null_when("`real_world_scale` is null"),
    Column::new(
        "real_world_sample_max",
        Fill::Int32(|s| Some(i32::from(s.image.meaning.real_world.as_ref()?.sample_range?[1]))),
        "Real World Value Last Value Mapped (0040,9211)",
        "See `real_world_sample_min`",
    )
    .null_when("`real_world_scale` is null"),
    Column::new(
        "content_x",
        Fill::Int32(|s| Some(s.image.content.x)),
        "radmill-image",
        "First column of the whole source in this image: above 0 if the image is padded, below 0 if it is cropped",
    )
    .unit("pixels"),
    Column::new(
        "content_y",
        Fill::Int32(|s| Some(s.image.content.y)),
        "radmill-image",
        "First row of the whole source in this image: above 0 if the image is padded, below 0 if it is cropped",
    )
    .unit("pixels"),
    Column::new(
        "content_width",
        Fill::Int32(|s| i32::try_from(s.image.content.width).ok()),
        "radmill-image",
        "Columns of the whole source at the scale of this image; \
         `source column = (x + 0.5 - content_x) * source_columns / content_width - 0.5`",
    )
    .unit("pixels"),
    Column::new(
        "content_height",
        Fill::Int32(|s| i32::try_from(s.image.content.height).ok()),
        "radmill-image",
        "Rows of the whole source at the scale of this image; see `content_width`",
    )
    .unit("pixels"),
    Column::new(
        "pixel_aspect_ratio",
        Fill::Float64(|s| values::number(s.image.pixel_aspect_ratio)),
        "The attribute of `pixel_spacing_source`, or Pixel Aspect Ratio (0028,0034)",
        "Height over width of a pixel of this image; 1 if pixels are square",
    )
    .null_when("neither a spacing nor a ratio is given"),
    Column::new(
        "sample_mean",
        Fill::Float64(|s| values::number(Some(s.image.quality.mean))),
        "radmill-image",
        "Mean sample over all channels, without padding",
    ),
    Column::new(
        "sample_standard_deviation",
        Fill::Float64(|s| values::number(Some(s.image.quality.standard_deviation))),
        "radmill-image",
        "Standard deviation of the samples over all channels, without padding",
    ),
    Column::new(
        "background_share",
        Fill::Float64(|s| values::number(Some(s.image.quality.background_share))),
        "radmill-image",
        "Share of samples that are padding, or in the darkest 1/32 of the range of all others",
    ),
    Column::new(
        "saturated_share",
        Fill::Float64(|s| values::number(Some(s.image.quality.saturated_share))),
        "radmill-image",
        "Share of samples that are equal to the brightest one: noticeable where an image is clipped",
    ),
    Column::new(
        "is_blank",
        Fill::Boolean(|s| Some(s.image.quality.is_blank)),
        "radmill-image",
        "`background_share` is at least 0.999",
    ),
    Column::new(
        "perceptual_hash",
        Fill::Text(|s| Some(hex(&s.image.perceptual_hash.to_be_bytes()))),
        "radmill-image",
        "64 comparisons of neighbouring parts of the decoded frame, 16 hexadecimal digits: \
         near-duplicates differ in few bits, whatever the output kind and size",
    ),
    Column::new(
        "display_shutter",
        Fill::TextList(|s| {
            let codes = s.image.shutters.iter().map(|&code| code.to_owned()).collect::<Vec<_>>();
            Some(codes).filter(|codes| !codes.is_empty())
        }),
        "Shutter Shape (0018,1600)",
        "Display shutters of the source: `rectangular`, `circular`, `polygonal`",
    )
    .null_when("it has none that makes sense"),
    Column::new(
        "shutter_painted",
        Fill::Boolean(|s| Some(s.image.shutter_is_painted)),
        "radmill-image",
        "What the shutters hide is painted over; only where the output is for display",
    ),
    Column::new(
        "icc_profile",
        Fill::Boolean(|s| Some(s.image.has_icc_profile)),
        "ICC Profile (0028,2000)",
        "The source has an ICC profile; it is not applied: colours are as stored",
    ),
    Column::new(
        "supplemental_palette",
        Fill::Boolean(|s| Some(s.image.has_supplemental_palette)),
        "Pixel Presentation (0008,9205) and Red Palette Color Lookup Table Descriptor (0028,1101)",
        "The source shows its higher stored values in colours of a palette; a display is then RGB, values are grey",
    ),
    Column::new(
        "first_colored_sample",
        Fill::Int32(|s| Some(i32::from(s.image.meaning.first_colored?))),
        "Red Palette Color Lookup Table Descriptor (0028,1101)",
        "Samples from this one on are those that the source shows in colour",
    )
    .null_when("the source has no supplemental palette, or samples are not the stored values shifted"),
    Column::new(
        "color_space",
        Fill::Text(|s| {
            let term = s.header.text(tags::COLOR_SPACE)?;
            let known = ["SRGB", "ADOBERGB", "ROMMRGB", "DISPLAYP3"];
            known.into_iter().find(|known| *known == term).map(str::to_owned)
        }),
        "Color Space (0028,2002)",
        "The colour space that the ICC profile stands for, such as SRGB",
    )
    .null_when("absent or another value"),
];

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}
