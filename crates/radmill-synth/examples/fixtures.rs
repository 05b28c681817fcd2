//! Writes the fixtures: `cargo run -p radmill-synth --example fixtures -- fixtures/dicom`.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("fixtures/dicom"), PathBuf::from);
    radmill_synth::write_fixtures(&folder).map(|_| ())
}
