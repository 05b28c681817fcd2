//! Any bytes: parse them, look at every value, decode the first frames. Nothing may panic or use too much memory.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use radmill_dicom::{DataSet, Limits, Value, parse};

const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 20,
    nesting_depth_max: 64,
    elements_max: 10_000,
    element_bytes_max: 1 << 18,
    frames_max: 64,
    // Decoding is slow under the fuzzer; nothing in the decoders depends on the size but the time.
    frame_bytes_max: 1 << 18,
    decoded_bytes_max: 1 << 20,
    inflated_bytes_max: 1 << 20,
};

/// Frames that are decoded of one file.
const FRAMES_MAX: u32 = 3;

fuzz_target!(|bytes: &[u8]| {
    let Ok(instance) = parse(Bytes::copy_from_slice(bytes), &LIMITS) else { return };
    look_at(&instance.data);
    let Some(pixels) = instance.pixels else { return };
    let Ok(n_frames) = pixels.description().map(|description| description.n_frames) else { return };
    for frame_index in 0..n_frames.min(FRAMES_MAX) {
        let _ = pixels.decode_frame(frame_index);
    }
    // One past the end is an error, not a panic.
    assert!(pixels.decode_frame(n_frames).is_err());
});

fn look_at(data: &DataSet) {
    for element in data.elements() {
        let _ = element.texts(data.character_set());
        let _ = data.text(element.tag);
        let _ = element.numbers();
        let _ = data.integer(element.tag);
        let _ = format!("{element:?}");
        if let Value::Items(items) = &element.value {
            items.iter().for_each(look_at);
        }
    }
}
