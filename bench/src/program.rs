//! A program that runs: when it said what, and the most memory it held.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

/// `keelson`, built beside this program.
pub(crate) fn keelson() -> Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("keelson");
    if !beside.exists() {
        bail!(
            "{} is not there. Run bench/run, which builds it.",
            beside.display()
        );
    }
    Ok(beside)
}

/// What a finished program did.
pub(crate) struct Ran {
    pub(crate) took: Duration,
    /// Each line of standard error, and when it came.
    pub(crate) lines: Vec<(Duration, String)>,
    /// Standard output, whole.
    pub(crate) output: Vec<u8>,
    /// The most memory held at a time, in bytes.
    pub(crate) peak: u64,
}

impl Ran {
    /// When the first line that contains this came.
    pub(crate) fn said(&self, words: &str) -> Option<Duration> {
        let line = self.lines.iter().find(|(_, line)| line.contains(words));
        line.map(|(at, _)| *at)
    }
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Result<Ran> {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{command:?} could not be started"))?;
    let peak = watch(&child);
    let out = child.stdout.take().context("no output")?;
    let read = thread::spawn(move || {
        let mut bytes = Vec::new();
        BufReader::new(out).read_to_end(&mut bytes).map(|_| bytes)
    });
    let mut lines = Vec::new();
    for line in BufReader::new(child.stderr.take().context("no output")?).lines() {
        lines.push((begun.elapsed(), line?));
    }
    let status = child.wait()?;
    let took = begun.elapsed();
    let output = read
        .join()
        .map_err(|_| anyhow!("its output was not read"))??;
    if !status.success() {
        let said: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
        bail!("{command:?} ended with {status}:\n{}", said.join("\n"));
    }
    Ok(Ran {
        took,
        lines,
        output,
        peak: peak.load(Ordering::Relaxed),
    })
}

/// Reads the program's high-water mark while it runs. Linux alone tells it; elsewhere it stays 0.
fn watch(child: &Child) -> Arc<AtomicU64> {
    let peak = Arc::new(AtomicU64::new(0));
    let (seen, id) = (Arc::clone(&peak), child.id());
    thread::spawn(move || {
        while let Some(bytes) = memory(id, "VmHWM:") {
            seen.fetch_max(bytes, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(10));
        }
    });
    peak
}

/// A line of the process's status, in bytes: `VmHWM:` the most it held, `VmRSS:` what it holds now.
pub(crate) fn memory(process: u32, line: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status
        .lines()
        .find_map(|found| found.strip_prefix(line))?
        .trim();
    let kilobytes: u64 = value.strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

pub(crate) fn mebibytes(bytes: u64) -> u64 {
    bytes / (1 << 20)
}
