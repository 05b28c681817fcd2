use std::io::{self, Write};

use radmill_pipeline::{Explanation, explain};

use crate::arguments::ExplainArguments;
use crate::exit::Exit;
use crate::report;

pub(crate) fn run(arguments: &ExplainArguments) -> io::Result<Exit> {
    let explanation = match explain(&arguments.file, arguments.pipeline.as_deref()) {
        Ok(explanation) => explanation,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &explanation)?;
        writeln!(out)?;
    } else {
        write_text(&mut out, &explanation)?;
    }
    Ok(if explanation.is_millable { Exit::Done } else { Exit::NotMillable })
}

fn write_text(out: &mut impl Write, explanation: &Explanation) -> io::Result<()> {
    for stage in &explanation.stages {
        match &stage.reason {
            None => writeln!(out, "{}", stage.stage.name())?,
            Some(reason) => writeln!(out, "{}: {reason}", stage.stage.name())?,
        }
        for fact in &stage.facts {
            writeln!(out, "  {fact}")?;
        }
    }
    Ok(())
}
