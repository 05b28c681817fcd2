//! Sequential DCT, Huffman coded: baseline and extended, 8 and 12 bits (T.81 Annex F).

use super::super::codestream::{CodestreamError, ENDS_EARLY};
use super::super::markers::{Marker, Segments};
use super::super::wide::widest;
use super::bits::BitReader;
use super::blocks::{BlockTables, decode_block};
use super::colour::Hints;
use super::dct::Block;
use super::planes::{Plane, Sample};
use super::scan_layout::{BlockDecoder, Geometry, ScanLayout};
use super::{FrameHeader, MISSING_TABLE, ScanHeader, Tables, table};

/// Decodes the scans after SOF0 or SOF1.
pub(super) fn decode_scans<S: Sample>(
    mut segments: Segments<'_>,
    mut tables: Tables,
    frame: &FrameHeader,
    geometry: &Geometry,
    hints: &mut Hints,
    planes: &mut [Plane<S>],
) -> Result<(), CodestreamError> {
    let mut decoded = vec![false; planes.len()];
    while decoded.contains(&false) {
        let (marker, payload) = segments.next()?;
        match marker {
            Marker::START_OF_SCAN => {
                // Ss, Se, Ah and Al have no meaning here; known encoders of 12-bit images write Se = 0.
                let header = ScanHeader::read(payload, frame)?;
                for component in &header.components {
                    if std::mem::replace(&mut decoded[component.index], true) {
                        return Err(CodestreamError::Invalid("a component is coded twice"));
                    }
                }
                let data = segments.scan_data();
                let layout = ScanLayout::new(geometry, frame, &header, tables.restart_interval);
                let mut scan = Scan::new(&tables, frame, &header, planes)?;
                let n_left = widest(
                    #[inline(always)]
                    || layout.decode(data, &mut scan),
                )?;
                segments.skip(data.len() - n_left);
            }
            Marker::END_OF_IMAGE => return Err(ENDS_EARLY),
            Marker::APP0 | Marker::APP14 => hints.read(marker, payload),
            other => tables.read(other, payload)?,
        }
    }
    Ok(())
}

/// One scan, in which blocks go straight to their planes.
struct Scan<'a, S> {
    components: Vec<Component<'a>>,
    planes: &'a mut [Plane<S>],
    precision: u16,
    block: Block,
}

struct Component<'a> {
    plane_index: usize,
    tables: BlockTables<'a>,
    /// The DC coefficient of the block before.
    dc: i32,
}

impl<'a, S> Scan<'a, S> {
    fn new(
        tables: &'a Tables,
        frame: &FrameHeader,
        header: &ScanHeader,
        planes: &'a mut [Plane<S>],
    ) -> Result<Scan<'a, S>, CodestreamError> {
        let mut components = Vec::with_capacity(header.components.len());
        for component in &header.components {
            let quantization_index = frame.components[component.index].quantization_index;
            components.push(Component {
                plane_index: component.index,
                tables: BlockTables {
                    dc: table(&tables.dc, component.dc_index)?,
                    ac: table(&tables.ac, component.ac_index)?,
                    quantization: table(&tables.quantization, quantization_index)?,
                },
                dc: 0,
            });
        }
        Ok(Scan { components, planes, precision: frame.precision, block: [0; 64] })
    }
}

impl<S: Sample> BlockDecoder for Scan<'_, S> {
    fn restart(&mut self) {
        self.components.iter_mut().for_each(|component| component.dc = 0);
    }

    #[inline(always)]
    fn decode(
        &mut self,
        reader: &mut BitReader<'_>,
        component: usize,
        row: usize,
        column: usize,
    ) -> Result<(), CodestreamError> {
        let component = self.components.get_mut(component).ok_or(MISSING_TABLE)?;
        let is_flat = decode_block(reader, component.tables, &mut component.dc, &mut self.block)?;
        let plane = &mut self.planes[component.plane_index];
        plane.put_coefficients(row, column, &self.block, is_flat, self.precision);
        Ok(())
    }
}
