//! Any bytes: parse them, look at every value, decode the first frames. Nothing may panic or use too much memory. What
//! can be read in pieces gives the same.

#![no_main]

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use radmill_dicom::{DataSet, Limits, ParsedInstance, SourceFile, Value, parse, parse_file};

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
    let whole = Bytes::copy_from_slice(bytes);
    let file: Arc<dyn SourceFile> = Arc::new(InMemory(whole.clone()));
    let in_pieces = parse_file(&file, &LIMITS).expect("nothing is read beyond the end");
    let Ok(instance) = parse(whole, &LIMITS) else {
        assert!(in_pieces.is_none());
        return;
    };
    if let Some(in_pieces) = in_pieces {
        compare(&in_pieces, &instance);
    }
    look_at(&instance.data);
    let Some(pixels) = instance.pixels else { return };
    let Ok(n_frames) = pixels.description().map(|description| description.n_frames) else { return };
    for frame_index in 0..n_frames.min(FRAMES_MAX) {
        let _ = pixels.decode_frame(frame_index);
    }
    // One past the end is an error, not a panic.
    assert!(pixels.decode_frame(n_frames).is_err());
});

struct InMemory(Bytes);

impl SourceFile for InMemory {
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let found = self.0.get(offset as usize..offset as usize + buffer.len());
        buffer.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

fn compare(in_pieces: &ParsedInstance, whole: &ParsedInstance) {
    assert!(in_pieces.data == whole.data);
    assert_eq!(in_pieces.source, whole.source);
    let pixels = [in_pieces, whole].map(|instance| instance.pixels.as_ref().expect("there are pixels"));
    let [in_pieces, whole] = pixels;
    assert_eq!(in_pieces.description(), whole.description());
    let n_frames = whole.description().map_or(0, |description| description.n_frames);
    for frame_index in 0..n_frames.min(FRAMES_MAX) {
        assert!(in_pieces.decode_frame(frame_index) == whole.decode_frame(frame_index));
    }
}

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
