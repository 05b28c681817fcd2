use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use radmill_pipeline::{DecodeFault, DecodeRequest, Decoded, JobError, decode};
use radmill_store::publish;

use crate::exit::Exit;
use crate::report::{self, bytes};

/// Decode the pixels of one file to their stored sample values, and say what they are.
///
/// Samples are those of the file, before rescale, window or palette: as frame, row, column, sample, little endian, in the
/// integer type that Bits Allocated and Pixel Representation say, bits above Bits Stored cleared or replaced by the sign.
/// Single bits become bytes of 0 and 1, colour becomes RGB, a palette's samples stay its indices. Nothing is
/// de-identified: a name burned into the pixels is in the samples.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill decode /data/dicom/IM0001                      shape, type, SHA-256 and what is wrong with the file
  radmill decode /data/dicom/IM0001 --raw samples.raw    python: numpy.fromfile('samples.raw', DTYPE).reshape(SHAPE)
  radmill decode cine.dcm --frame 12 --raw - | sha256sum

Exit code 9: the file, or one of its frames, cannot be decoded; nothing is left of the raw file.")]
pub(crate) struct DecodeArguments {
    /// The file
    file: PathBuf,
    /// Only this frame, counted from 0
    #[arg(long, value_name = "N")]
    frame: Option<u32>,
    /// Write the samples to this file, or to standard output (-), where they take the place of the facts
    #[arg(long, value_name = "OUT")]
    raw: Option<PathBuf>,
    /// Leave YCbCr that is stored uncompressed, in RLE or JPEG-LS as it is
    #[arg(long)]
    keep_ycbcr: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &DecodeArguments) -> io::Result<Exit> {
    let request = DecodeRequest { frame: arguments.frame, keep_ycbcr: arguments.keep_ycbcr };
    let to_stdout = arguments.raw.as_deref() == Some(Path::new("-"));
    let decoded = match &arguments.raw {
        None => decode(&arguments.file, request, &mut io::sink()),
        Some(_) if to_stdout => decode(&arguments.file, request, &mut io::stdout().lock()),
        Some(target) => decode_to(&arguments.file, request, target),
    };
    let decoded = match decoded {
        Ok(decoded) => decoded,
        Err(DecodeFault::Job(error)) => return Ok(report::job_error(&error)),
        Err(DecodeFault::Undecodable { reason, detail }) => {
            report::message(&format!("cannot decode {}: {reason}: {detail}", arguments.file.display()));
            return Ok(Exit::NotMillable);
        }
        Err(DecodeFault::Output(error)) => return Err(error),
    };
    if to_stdout {
        return Ok(Exit::Done);
    }
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &decoded)?;
        writeln!(out)?;
    } else {
        write_text(&mut out, &decoded)?;
    }
    Ok(Exit::Done)
}

/// Whole or not at all.
fn decode_to(file: &Path, request: DecodeRequest, target: &Path) -> Result<Decoded, DecodeFault> {
    let mut decoded = None;
    let published = publish(target, |out| match decode(file, request, out) {
        Err(DecodeFault::Output(error)) => Err(error),
        other => {
            let is_done = other.is_ok();
            decoded = Some(other);
            if is_done { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
        }
    });
    match (decoded, published) {
        (Some(Err(fault)), _) => Err(fault),
        (_, Err(error)) => Err(DecodeFault::Job(JobError::Store(error))),
        (Some(Ok(decoded)), Ok(_)) => Ok(decoded),
        (None, Ok(_)) => unreachable!("what was published was decoded"),
    }
}

fn write_text(out: &mut impl Write, decoded: &Decoded) -> io::Result<()> {
    let [frames, rows, columns, samples] = decoded.shape;
    let n_bytes = decoded.shape.iter().product::<u64>() * sample_bytes(decoded.dtype);
    writeln!(
        out,
        "shape            {frames} × {rows} × {columns} × {samples} (frames, rows, columns, samples)"
    )?;
    if let Some(frame) = decoded.frame {
        writeln!(out, "frame            {frame}, counted from 0")?;
    }
    writeln!(out, "type             {}, little endian, {}", decoded.dtype, bytes(n_bytes))?;
    writeln!(out, "bits             {} of {}", decoded.bits_stored, decoded.bits_allocated)?;
    writeln!(out, "samples are      {}", decoded.photometric)?;
    writeln!(out, "stored as        {}", decoded.photometric_stored)?;
    writeln!(out, "transfer syntax  {}", decoded.transfer_syntax)?;
    writeln!(out, "SHA-256          {}", decoded.sha256)?;
    if !decoded.defects.is_empty() {
        writeln!(out, "\ndefects coped with")?;
        for defect in &decoded.defects {
            writeln!(out, "  {}: {}", defect.code, defect.meaning)?;
        }
    }
    Ok(())
}

/// Bytes of a sample: the number at the end of the type's name, in bits.
fn sample_bytes(dtype: &str) -> u64 {
    let digits = dtype.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse::<u64>().unwrap_or(0) / 8
}
