//! Progressive DCT, Huffman coded: spectral selection and successive approximation, 8 and 12 bits (T.81 Annex G).

use super::super::codestream::{CodestreamError, ENDS_EARLY};
use super::super::markers::{Marker, Segments};
use super::super::wide::widest;
use super::bits::BitReader;
use super::blocks::{ZIGZAG, dc_difference};
use super::colour::Hints;
use super::dct::Block;
use super::huffman::HuffmanTable;
use super::planes::{Plane, Sample};
use super::scan_layout::{BlockDecoder, Geometry, ScanLayout};
use super::{FrameHeader, MISSING_TABLE, ScanHeader, Tables, table};

/// What is known of a block.
#[derive(Clone)]
struct Coefficients {
    /// Quantized coefficients, row by row.
    values: [i16; 64],
    /// Which of them, in the order of the zigzag, are not 0, the first one left out.
    nonzero: u64,
}

impl Coefficients {
    const NONE: Coefficients = Coefficients { values: [0; 64], nonzero: 0 };

    /// Sets a coefficient by its place in the zigzag, if that is in the band.
    #[inline(always)]
    fn set(&mut self, index: usize, step: Step, value: i16) -> Result<(), CodestreamError> {
        if index > step.last {
            return Err(CodestreamError::Invalid("a block has more coefficients than its band"));
        }
        self.values[usize::from(ZIGZAG[index & 63])] = value;
        self.nonzero |= u64::from(value != 0) << (index & 63);
        Ok(())
    }
}

/// What the scans so far have told about a component.
struct Component {
    blocks: Vec<Coefficients>,
    block_columns: usize,
    /// The lowest bit that is known of each coefficient, in the order of the zigzag; `None` if nothing is.
    known: [Option<u8>; 64],
    /// In zigzag order, as it was in force when the component came first.
    quantization: Option<[u16; 64]>,
}

/// Decodes the scans after SOF2, up to EOI.
///
/// Coefficients that no scan coded are 0, as far as the standard lets them be left out; but data that end without EOI
/// must have told everything.
pub(super) fn decode_scans<S: Sample>(
    mut segments: Segments<'_>,
    mut tables: Tables,
    frame: &FrameHeader,
    geometry: &Geometry,
    hints: &mut Hints,
    planes: &mut [Plane<S>],
) -> Result<(), CodestreamError> {
    let mut components: Vec<Component> =
        (0..planes.len()).map(|index| Component::new(geometry.padded_blocks(frame, index))).collect();
    loop {
        let (marker, payload) = match segments.next() {
            Err(ENDS_EARLY) if components.iter().all(Component::is_complete) => break,
            next => next?,
        };
        match marker {
            Marker::START_OF_SCAN => {
                let header = ScanHeader::read(payload, frame)?;
                let step = Step::new(&header, &mut components)?;
                for component in &header.components {
                    let index = frame.components[component.index].quantization_index;
                    let latched = &mut components[component.index].quantization;
                    *latched = Some(latched.unwrap_or(*table(&tables.quantization, index)?));
                }
                let data = segments.scan_data();
                let layout = ScanLayout::new(geometry, frame, &header, tables.restart_interval);
                let mut scan = Scan::new(step, &tables, &header, &mut components)?;
                let n_left = widest(
                    #[inline(always)]
                    || layout.decode(data, &mut scan),
                )?;
                segments.skip(data.len() - n_left);
            }
            Marker::END_OF_IMAGE => break,
            Marker::APP0 | Marker::APP14 => hints.read(marker, payload),
            other => tables.read(other, payload)?,
        }
    }
    for (component, plane) in components.into_iter().zip(planes) {
        let quantization = component.quantization.ok_or(ENDS_EARLY)?;
        widest(
            #[inline(always)]
            || transform(&component, &quantization, frame.precision, plane),
        );
    }
    Ok(())
}

#[inline(always)]
fn transform<S: Sample>(
    component: &Component,
    quantization: &[u16; 64],
    precision: u16,
    plane: &mut Plane<S>,
) {
    let mut steps = [0; 64];
    for (&place, &step) in ZIGZAG.iter().zip(quantization) {
        steps[usize::from(place)] = i32::from(step);
    }
    for (row, blocks) in component.blocks.chunks_exact(component.block_columns.max(1)).enumerate() {
        for (column, coefficients) in blocks.iter().enumerate() {
            let values = &coefficients.values;
            let block: Block = std::array::from_fn(|i| i32::from(values[i]).wrapping_mul(steps[i]));
            plane.put_coefficients(row, column, &block, coefficients.nonzero == 0, precision);
        }
    }
}

impl Component {
    fn new((block_rows, block_columns): (usize, usize)) -> Component {
        Component {
            blocks: vec![Coefficients::NONE; block_rows * block_columns],
            block_columns,
            known: [None; 64],
            quantization: None,
        }
    }

    fn is_complete(&self) -> bool {
        self.known.iter().all(|&lowest| lowest == Some(0))
    }
}

/// What a scan adds (T.81 G.1.1): a band of coefficients, down to a bit.
#[derive(Clone, Copy)]
struct Step {
    /// First and last coefficient of the band, in the order of the zigzag.
    first: usize,
    last: usize,
    /// The lowest bit that the scan tells.
    low: u8,
    /// The bits above are known.
    refines: bool,
}

impl Step {
    /// Reads the step and notes what it makes known; it must go on where the scans before it stopped.
    fn new(header: &ScanHeader, components: &mut [Component]) -> Result<Step, CodestreamError> {
        let invalid = CodestreamError::Invalid("the progression of a scan");
        let [first, last] = [header.selection_start, header.selection_end].map(usize::from);
        let (high, low) = (header.approximation_high, header.approximation_low);
        let has_band =
            if first == 0 { last == 0 } else { first <= last && last < 64 && header.components.len() == 1 };
        if !has_band || low > 13 || (high > 0 && high != low + 1) {
            return Err(invalid);
        }
        let before = if high > 0 { Some(high) } else { None };
        for component in &header.components {
            let known = &mut components[component.index].known;
            if first > 0 && known[0].is_none() {
                return Err(invalid);
            }
            for lowest in &mut known[first..=last] {
                if *lowest != before {
                    return Err(invalid);
                }
                *lowest = Some(low);
            }
        }
        Ok(Step { first, last, low, refines: high > 0 })
    }
}

/// One scan.
struct Scan<'a> {
    step: Step,
    /// For each component of the scan: which it is, its table (none is needed for bits of DC coefficients), and the DC
    /// coefficient of the block before.
    coded: Vec<(usize, Option<&'a HuffmanTable>, i32)>,
    components: &'a mut [Component],
    /// Blocks, this one included, in which nothing is to come but bits of coefficients that are known (T.81 G.1.2.2).
    n_blocks_ended: u32,
}

impl<'a> Scan<'a> {
    fn new(
        step: Step,
        tables: &'a Tables,
        header: &ScanHeader,
        components: &'a mut [Component],
    ) -> Result<Scan<'a>, CodestreamError> {
        let mut coded = Vec::with_capacity(header.components.len());
        for component in &header.components {
            let huffman = match (step.first, step.refines) {
                (0, true) => None,
                (0, false) => Some(table(&tables.dc, component.dc_index)?),
                _ => Some(table(&tables.ac, component.ac_index)?),
            };
            coded.push((component.index, huffman, 0));
        }
        Ok(Scan { step, coded, components, n_blocks_ended: 0 })
    }
}

impl BlockDecoder for Scan<'_> {
    fn restart(&mut self) {
        self.coded.iter_mut().for_each(|(_, _, dc)| *dc = 0);
        self.n_blocks_ended = 0;
    }

    #[inline(always)]
    fn decode(
        &mut self,
        reader: &mut BitReader<'_>,
        component: usize,
        row: usize,
        column: usize,
    ) -> Result<(), CodestreamError> {
        let (index, huffman, dc) = self.coded.get_mut(component).ok_or(MISSING_TABLE)?;
        let component = &mut self.components[*index];
        let block = component.blocks.get_mut(row * component.block_columns + column).ok_or(ENDS_EARLY)?;
        let step = self.step;
        match (*huffman, step.first, step.refines) {
            (Some(huffman), 0, _) => {
                *dc = dc.wrapping_add(dc_difference(reader, huffman)?);
                block.values[0] = (*dc << step.low) as i16;
                Ok(())
            }
            (None, _, _) => {
                block.values[0] |= (reader.number(1) << step.low) as i16;
                Ok(())
            }
            (Some(huffman), _, false) => first_bits(reader, huffman, step, block, &mut self.n_blocks_ended),
            (Some(huffman), _, true) => next_bit(reader, huffman, step, block, &mut self.n_blocks_ended),
        }
    }
}

/// The first scan of a band in one block (T.81 G.1.2.2).
#[inline(always)]
fn first_bits(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    step: Step,
    block: &mut Coefficients,
    n_blocks_ended: &mut u32,
) -> Result<(), CodestreamError> {
    if *n_blocks_ended > 0 {
        *n_blocks_ended -= 1;
        return Ok(());
    }
    let mut next = step.first;
    while next <= step.last {
        reader.refill();
        let (n_zeros, value) = match reader.pair_unless_end(table) {
            Some(pair) => (pair.n_zeros(), pair.value()),
            None => {
                let symbol = reader.symbol(table)?;
                let (n_zeros, n_bits) = (symbol >> 4, u32::from(symbol & 15));
                if n_bits == 0 && n_zeros < 15 {
                    *n_blocks_ended = end_of_band_run(reader, n_zeros) - 1;
                    return Ok(());
                }
                (usize::from(n_zeros), reader.extended(n_bits))
            }
        };
        next += n_zeros;
        if value != 0 {
            block.set(next, step, (value << step.low) as i16)?;
        }
        next += 1;
    }
    Ok(())
}

/// A later scan of a band in one block: one more bit of coefficients that are not 0, and coefficients that become 1
/// or -1 at this bit (T.81 G.1.2.3).
#[inline(always)]
fn next_bit(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    step: Step,
    block: &mut Coefficients,
    n_blocks_ended: &mut u32,
) -> Result<(), CodestreamError> {
    let bit = 1 << step.low;
    let mut next = step.first;
    while *n_blocks_ended == 0 && next <= step.last {
        reader.refill();
        let symbol = reader.symbol(table)?;
        let n_zeros = symbol >> 4;
        let value = match (n_zeros, symbol & 15) {
            (15, 0) => 0,
            (_, 0) => {
                *n_blocks_ended = end_of_band_run(reader, n_zeros);
                break;
            }
            (_, 1) => {
                if reader.number(1) == 1 {
                    bit
                } else {
                    -bit
                }
            }
            _ => return Err(CodestreamError::Invalid("a coefficient comes late with more than one bit")),
        };
        refine(reader, step, block, &mut next, usize::from(n_zeros));
        if value != 0 {
            block.set(next, step, value)?;
        }
        next += 1;
    }
    if *n_blocks_ended > 0 {
        *n_blocks_ended -= 1;
        refine(reader, step, block, &mut next, usize::MAX);
    }
    Ok(())
}

/// Takes a bit for each coefficient that is not 0, until a coefficient that is 0 comes after `n_zeros` others.
#[inline(always)]
fn refine(
    reader: &mut BitReader<'_>,
    step: Step,
    block: &mut Coefficients,
    next: &mut usize,
    mut n_zeros: usize,
) {
    let bit = 1 << step.low;
    while *next <= step.last {
        let n_zeros_ahead = (block.nonzero >> (*next & 63)).trailing_zeros() as usize;
        if n_zeros_ahead > n_zeros {
            *next += n_zeros;
            return;
        }
        *next += n_zeros_ahead;
        n_zeros -= n_zeros_ahead;
        if *next > step.last {
            return;
        }
        let value = &mut block.values[usize::from(ZIGZAG[*next & 63])];
        // Away from 0; the bit is not set yet, since nothing below the bits known was.
        let change = if *value > 0 { bit } else { -bit };
        *value = value.wrapping_add(change & -(reader.number(1) as i16));
        *next += 1;
    }
}

/// The number of blocks that have nothing more in this band: 2^n and n more bits.
#[inline(always)]
fn end_of_band_run(reader: &mut BitReader<'_>, n_bits: u8) -> u32 {
    (1 << n_bits) + reader.number(u32::from(n_bits)).unsigned_abs()
}
