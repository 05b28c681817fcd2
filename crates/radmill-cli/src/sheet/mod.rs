//! A picture of many small images with words below them.

mod font;
mod tile;

use std::io::{self, Write};

pub(crate) use tile::{Look, Tile};

/// Longest side of a small image.
pub(crate) const TILE: usize = 128;
/// Space around it.
const GAP: usize = 6;
const LINE: usize = TILE + 2 * font::HEIGHT + 3 * GAP;
const HEADING: usize = font::HEIGHT + 2 * GAP;
const BACKGROUND: u8 = 24;

/// A heading, and images each with up to two lines below it.
pub(crate) struct Group {
    pub(crate) heading: String,
    pub(crate) tiles: Vec<(Option<Tile>, [String; 2])>,
}

/// Writes the groups one below the other as a PNG.
pub(crate) fn write(groups: &[Group], out: impl Write) -> io::Result<()> {
    let n_columns = groups.iter().map(|group| group.tiles.len()).max().unwrap_or(1).max(3);
    let width = n_columns * (TILE + GAP) + GAP;
    let height = (groups.len() * (HEADING + LINE)).max(HEADING);
    let mut canvas = Canvas { width, pixels: vec![[BACKGROUND; 3]; width * height] };
    for (index, group) in groups.iter().enumerate() {
        let top = index * (HEADING + LINE);
        canvas.text(GAP, top + GAP, &group.heading, [255, 210, 90]);
        for (column, (tile, words)) in group.tiles.iter().enumerate() {
            let (left, top) = (GAP + column * (TILE + GAP), top + HEADING);
            if let Some(tile) = tile {
                canvas.tile(left, top, tile);
            }
            for (line, words) in words.iter().enumerate() {
                canvas.text(left, top + TILE + GAP + line * (font::HEIGHT + 2), words, [200; 3]);
            }
        }
    }
    canvas.write(out)
}

struct Canvas {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Canvas {
    fn tile(&mut self, left: usize, top: usize, tile: &Tile) {
        let (left, top) = (left + (TILE - tile.width) / 2, top + (TILE - tile.pixels.len() / tile.width) / 2);
        for (y, row) in tile.pixels.chunks_exact(tile.width).enumerate() {
            let start = (top + y) * self.width + left;
            self.pixels[start..start + tile.width].copy_from_slice(row);
        }
    }

    /// As much as there is room for up to the right edge.
    fn text(&mut self, left: usize, top: usize, text: &str, color: [u8; 3]) {
        let n_max = (self.width - left) / font::ADVANCE;
        for (index, letter) in text.chars().take(n_max).enumerate() {
            for (x, y) in font::dots(letter) {
                self.pixels[(top + y) * self.width + left + index * font::ADVANCE + x] = color;
            }
        }
    }

    fn write(self, out: impl Write) -> io::Result<()> {
        let side = |side: usize| u32::try_from(side).map_err(|_| io::ErrorKind::InvalidInput);
        let height = self.pixels.len() / self.width;
        let mut encoder = png::Encoder::new(out, side(self.width)?, side(height)?);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().map_err(io::Error::from)?;
        writer.write_image_data(self.pixels.as_flattened()).map_err(io::Error::from)?;
        writer.finish().map_err(io::Error::from)
    }
}
