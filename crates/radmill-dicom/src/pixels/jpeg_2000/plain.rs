//! A codestream written anew: nothing but what is needed to decode it, in order, and whole.
//!
//! OpenJPEG gets what comes out here. Its C code for comments, lengths and indices never runs, and it need not guess
//! about tile-parts.

use radmill_frame::{PixelDefect, PixelDefects};

use super::super::codestream::{CodestreamError, ENDS_EARLY};
use super::super::markers::be_u16;
use super::size::ImageSize;
use super::style::{check_coc, check_cod};

const SOC: [u8; 2] = [0xFF, 0x4F];
const SOT: u8 = 0x90;
const SOD: u8 = 0x93;
const EOC: u8 = 0xD9;
const CAP: u8 = 0x50;
const SIZ: u8 = 0x51;
const COD: u8 = 0x52;
const COC: u8 = 0x53;
const TLM: u8 = 0x55;
const PLM: u8 = 0x57;
const PLT: u8 = 0x58;
const CPF: u8 = 0x59;
const QCD: u8 = 0x5C;
const QCC: u8 = 0x5D;
const RGN: u8 = 0x5E;
const POC: u8 = 0x5F;
const PPM: u8 = 0x60;
const PPT: u8 = 0x61;
const CRG: u8 = 0x63;
const COM: u8 = 0x64;

/// Bytes after the last packet of a tile. Read as packet headers they are all ones: a packet that is there, of more
/// bytes than follow. A packet without code-blocks takes one of them, hence more than the few that a header takes.
const AFTER_PACKETS: [u8; 64] = {
    let mut bytes = [0xFF; 64];
    let mut at = 1;
    while at < bytes.len() {
        // A bit is stuffed after 0xFF.
        bytes[at] = 0x7F;
        at += 2;
    }
    bytes
};

pub(super) struct PlainCodestream<'a> {
    main_header: Vec<u8>,
    tiles: Vec<Vec<TilePart<'a>>>,
    /// Components were transformed together, in all tiles.
    pub(super) transforms_colour: bool,
    /// The lowest number of decompositions of any component in any tile.
    pub(super) n_decompositions: u8,
    pub(super) defects: PixelDefects,
}

impl<'a> PlainCodestream<'a> {
    /// Reads all marker segments of a codestream; `size` is what its SIZ says.
    pub(super) fn read(
        codestream: &'a [u8],
        size: ImageSize,
    ) -> Result<PlainCodestream<'a>, CodestreamError> {
        let mut reader = Reader::new(codestream, size);
        let main_header = reader.main_header()?;
        let mut tiles: Vec<Vec<TilePart<'_>>> = Vec::new();
        tiles.resize_with(size.n_tiles as usize, Vec::new);
        let mut defects = PixelDefects::NONE;
        loop {
            match reader.marker() {
                Some(SOT) => {
                    let (tile_index, part) = reader.tile_part()?;
                    tiles
                        .get_mut(usize::from(tile_index))
                        .ok_or(CodestreamError::Invalid("the index of a tile"))?
                        .push(part);
                }
                Some(EOC) => break,
                // What follows the last tile-part is not of the image.
                _ => {
                    defects.add(PixelDefect::CodestreamIrregular);
                    break;
                }
            }
        }
        for parts in &tiles {
            defects.add_if(!are_all_parts(parts)?, PixelDefect::CodestreamIrregular);
        }
        let Reader { transforms_colour, n_decompositions, .. } = reader;
        let transforms_colour =
            transforms_colour.ok_or(CodestreamError::Invalid("there is no coding style"))?;
        Ok(PlainCodestream { main_header, tiles, transforms_colour, n_decompositions, defects })
    }

    /// The codestream: tiles in order, their parts counted.
    pub(super) fn bytes(&self) -> Vec<u8> {
        write(&self.main_header, &self.tiles, &[])
    }

    /// The codestream with bytes that are no packets at the end of each tile. The standard lets a decoder pass over
    /// them, and OpenJPEG does; but where packets are missing, which OpenJPEG takes for empty ones, it fails on these.
    pub(super) fn bytes_with_stops(&self) -> Vec<u8> {
        write(&self.main_header, &self.tiles, &AFTER_PACKETS)
    }
}

/// True if the main header has what only Part 2 defines.
pub(super) fn has_extensions(codestream: &[u8]) -> bool {
    let Ok(size) = ImageSize::read_alone(codestream) else { return false };
    let mut reader = Reader::new(codestream, size);
    matches!(reader.main_header(), Err(CodestreamError::Unsupported(_)))
}

/// One tile-part: the marker segments of its header that matter, and its packets.
struct TilePart<'a> {
    header: Vec<u8>,
    packets: &'a [u8],
    /// TPsot and TNsot.
    index: u8,
    n_parts: u8,
}

/// True if the parts of a tile are numbered as they should be; false if they are not and none can be missing.
fn are_all_parts(parts: &[TilePart<'_>]) -> Result<bool, CodestreamError> {
    let missing = CodestreamError::Invalid("a tile or a part of it is missing");
    if parts.is_empty() || parts.len() > 254 {
        return Err(missing);
    }
    // Some writers count from 1, or give the last index for the number.
    let first = parts.first().map_or(0, |part| part.index);
    if first > 1 {
        return Err(missing);
    }
    let are_in_order = parts.iter().zip(first..).all(|(part, index)| part.index == index);
    if !are_in_order || parts.iter().any(|part| usize::from(part.n_parts) > parts.len()) {
        return Err(missing);
    }
    // The number may be 0 for "not said here".
    Ok(first == 0
        && parts.iter().all(|part| matches!(usize::from(part.n_parts), n if n == 0 || n == parts.len())))
}

struct Reader<'a> {
    codestream: &'a [u8],
    at: usize,
    size: ImageSize,
    transforms_colour: Option<bool>,
    n_decompositions: u8,
}

impl<'a> Reader<'a> {
    fn new(codestream: &'a [u8], size: ImageSize) -> Reader<'a> {
        Reader { codestream, at: SOC.len(), size, transforms_colour: None, n_decompositions: u8::MAX }
    }

    /// The second byte of the marker that is next.
    fn marker(&self) -> Option<u8> {
        match self.codestream.get(self.at..).and_then(<[u8]>::first_chunk::<2>) {
            Some(&[0xFF, marker]) => Some(marker),
            _ => None,
        }
    }

    /// The next marker, if it has a segment, what is in that, and the whole of it. Moves on.
    fn segment(&mut self) -> Result<(u8, &'a [u8], &'a [u8]), CodestreamError> {
        let marker = self.marker().ok_or(ENDS_EARLY)?;
        let length = usize::from(be_u16(self.codestream, self.at + 2)?);
        let whole = self.codestream.get(self.at..self.at + 2 + length).ok_or(ENDS_EARLY)?;
        let payload = whole.get(4..).ok_or(CodestreamError::Invalid("the length of a marker segment"))?;
        self.at += whole.len();
        Ok((marker, payload, whole))
    }

    /// All segments up to the first tile-part.
    fn main_header(&mut self) -> Result<Vec<u8>, CodestreamError> {
        let mut header = Vec::new();
        while self.marker() != Some(SOT) {
            let (marker, payload, whole) = self.segment()?;
            match marker {
                SIZ if header.is_empty() => header.extend_from_slice(whole),
                CAP => header.extend_from_slice(whole),
                CPF | TLM | PLM | CRG => {}
                _ => self.add_segment(marker, payload, whole, &mut header)?,
            }
        }
        Ok(header)
    }

    /// One tile-part, and the index of its tile.
    fn tile_part(&mut self) -> Result<(u16, TilePart<'a>), CodestreamError> {
        let start = self.at;
        let (_, payload, _) = self.segment()?;
        let &[tile_high, tile_low, a, b, c, d, index, n_parts] = payload else {
            return Err(CodestreamError::Invalid("the length of a marker segment"));
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let mut header = Vec::new();
        while self.marker() != Some(SOD) {
            let (marker, payload, whole) = self.segment()?;
            match marker {
                PLT => {}
                _ => self.add_segment(marker, payload, whole, &mut header)?,
            }
        }
        let packets_start = self.at + 2;
        // The last tile-part may leave its length open.
        let end = if length == 0 { self.open_end(packets_start) } else { start + length };
        let packets = self.codestream.get(packets_start..end).ok_or(ENDS_EARLY)?;
        self.at = end;
        Ok((u16::from_be_bytes([tile_high, tile_low]), TilePart { header, packets, index, n_parts }))
    }

    /// Where EOC stands at the end of the codestream, before padding, or else the end.
    fn open_end(&self, packets_start: usize) -> usize {
        let n_padded = self.codestream.iter().rev().take_while(|&&byte| byte == 0).count();
        let end = self.codestream.len() - n_padded;
        match self.codestream.get(packets_start..end) {
            Some([.., 0xFF, EOC]) => end - 2,
            _ => self.codestream.len(),
        }
    }

    /// Segments that main header and tile-part headers share.
    fn add_segment(
        &mut self,
        marker: u8,
        payload: &[u8],
        whole: &[u8],
        header: &mut Vec<u8>,
    ) -> Result<(), CodestreamError> {
        match marker {
            COD => {
                let (transforms, n_decompositions) = check_cod(payload, self.size, self.codestream.len())?;
                self.n_decompositions = self.n_decompositions.min(n_decompositions);
                if *self.transforms_colour.get_or_insert(transforms) != transforms {
                    return Err(CodestreamError::Unsupported("JPEG 2000 of tiles in different colours"));
                }
            }
            COC => {
                let n_decompositions = check_coc(payload, self.size, self.codestream.len())?;
                self.n_decompositions = self.n_decompositions.min(n_decompositions);
            }
            QCD | QCC | RGN | POC => {}
            COM => return Ok(()),
            PPM | PPT => return Err(CodestreamError::Unsupported("JPEG 2000 with packed packet headers")),
            SOT | SOD | EOC | SIZ | CAP => return Err(CodestreamError::Invalid("the order of its markers")),
            _ => return Err(CodestreamError::Unsupported("markers that JPEG 2000 Part 1 does not define")),
        }
        header.extend_from_slice(whole);
        Ok(())
    }
}

fn write(main_header: &[u8], tiles: &[Vec<TilePart<'_>>], after_tile: &[u8]) -> Vec<u8> {
    let parts = tiles.iter().flatten();
    let n_bytes: usize = parts.map(|part| part.header.len() + part.packets.len() + 14).sum();
    let mut bytes = Vec::with_capacity(main_header.len() + n_bytes + tiles.len() * after_tile.len() + 4);
    bytes.extend_from_slice(&SOC);
    bytes.extend_from_slice(main_header);
    for (tile_index, parts) in tiles.iter().enumerate() {
        for (part_index, part) in parts.iter().enumerate() {
            let after: &[u8] = if part_index + 1 == parts.len() { after_tile } else { &[] };
            let length = 14 + part.header.len() + part.packets.len() + after.len();
            bytes.extend_from_slice(&[0xFF, SOT, 0, 10]);
            bytes.extend_from_slice(&(tile_index as u16).to_be_bytes());
            bytes.extend_from_slice(&(length as u32).to_be_bytes());
            bytes.extend_from_slice(&[part_index as u8, parts.len() as u8]);
            bytes.extend_from_slice(&part.header);
            bytes.extend_from_slice(&[0xFF, SOD]);
            bytes.extend_from_slice(part.packets);
            bytes.extend_from_slice(after);
        }
    }
    bytes.extend_from_slice(&[0xFF, EOC]);
    bytes
}
