//! Which blocks a scan of DCT coefficients codes, and in which order (T.81 A.2).

use super::super::codestream::CodestreamError;
use super::bits::BitReader;
use super::planes::{Plane, Sample, step};
use super::{FrameHeader, ScanHeader};

/// MCUs of the frame.
pub(super) struct Geometry {
    horizontal_max: usize,
    vertical_max: usize,
    mcu_rows: usize,
    mcu_columns: usize,
}

impl Geometry {
    pub(super) fn new(frame: &FrameHeader) -> Geometry {
        let horizontal_max = frame.components.iter().map(|c| c.horizontal).max().unwrap_or(1);
        let vertical_max = frame.components.iter().map(|c| c.vertical).max().unwrap_or(1);
        Geometry {
            horizontal_max,
            vertical_max,
            mcu_rows: frame.rows.div_ceil(8 * vertical_max),
            mcu_columns: frame.columns.div_ceil(8 * horizontal_max),
        }
    }

    /// Rows and columns of blocks of a component, padded to MCUs.
    pub(super) fn padded_blocks(&self, frame: &FrameHeader, index: usize) -> (usize, usize) {
        let component = &frame.components[index];
        (self.mcu_rows * component.vertical, self.mcu_columns * component.horizontal)
    }

    /// Empty planes; their size follows from rows and columns, which were checked.
    pub(super) fn planes<S: Sample>(&self, frame: &FrameHeader) -> Result<Vec<Plane<S>>, CodestreamError> {
        let mut planes = Vec::with_capacity(frame.components.len());
        for (index, component) in frame.components.iter().enumerate() {
            let steps = (
                step(self.vertical_max, component.vertical)?,
                step(self.horizontal_max, component.horizontal)?,
            );
            planes.push(Plane::new(self.size(frame, index), self.padded_blocks(frame, index), steps));
        }
        Ok(planes)
    }

    /// Rows and columns of samples of a component.
    fn size(&self, frame: &FrameHeader, index: usize) -> (usize, usize) {
        let component = &frame.components[index];
        (
            (frame.rows * component.vertical).div_ceil(self.vertical_max),
            (frame.columns * component.horizontal).div_ceil(self.horizontal_max),
        )
    }
}

/// What decodes the blocks of a scan, one after the other.
pub(super) trait BlockDecoder {
    /// Forgets what came before, at a restart marker.
    fn restart(&mut self);

    /// Decodes the next block. `component` counts the components of the scan; row and column are those of the block in
    /// its component.
    fn decode(
        &mut self,
        reader: &mut BitReader<'_>,
        component: usize,
        row: usize,
        column: usize,
    ) -> Result<(), CodestreamError>;
}

/// MCUs of one scan.
pub(super) struct ScanLayout {
    mcu_rows: usize,
    mcu_columns: usize,
    /// Rows and columns of blocks in an MCU, for each component of the scan.
    blocks: Vec<(usize, usize)>,
    /// MCUs between restart markers; 0 is none.
    restart_interval: u32,
}

impl ScanLayout {
    pub(super) fn new(
        geometry: &Geometry,
        frame: &FrameHeader,
        header: &ScanHeader,
        restart_interval: u32,
    ) -> ScanLayout {
        if let [only] = &header.components[..] {
            // A component alone in its scan is not padded to MCUs (T.81 A.2.2).
            let (rows, columns) = geometry.size(frame, only.index);
            let (mcu_rows, mcu_columns) = (rows.div_ceil(8), columns.div_ceil(8));
            return ScanLayout { mcu_rows, mcu_columns, blocks: vec![(1, 1)], restart_interval };
        }
        let sampling = header.components.iter().map(|component| &frame.components[component.index]);
        ScanLayout {
            mcu_rows: geometry.mcu_rows,
            mcu_columns: geometry.mcu_columns,
            blocks: sampling.map(|component| (component.vertical, component.horizontal)).collect(),
            restart_interval,
        }
    }

    /// Decodes all blocks; gives how many bytes of the data are left.
    #[inline(always)]
    pub(super) fn decode(
        &self,
        data: &[u8],
        decoder: &mut impl BlockDecoder,
    ) -> Result<usize, CodestreamError> {
        let mut reader = BitReader::new(data);
        let mut n_until_restart = self.restart_interval;
        for mcu_row in 0..self.mcu_rows {
            for mcu_column in 0..self.mcu_columns {
                if self.restart_interval > 0 {
                    if n_until_restart == 0 {
                        reader.restart()?;
                        decoder.restart();
                        n_until_restart = self.restart_interval;
                    }
                    n_until_restart -= 1;
                }
                for (component, &(n_rows, n_columns)) in self.blocks.iter().enumerate() {
                    for row in mcu_row * n_rows..(mcu_row + 1) * n_rows {
                        for column in mcu_column * n_columns..(mcu_column + 1) * n_columns {
                            decoder.decode(&mut reader, component, row, column)?;
                        }
                    }
                }
            }
            reader.check()?;
        }
        Ok(reader.n_bytes_left())
    }
}
