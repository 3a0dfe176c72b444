//! What has a bar, measured: `bench/run` builds for a server and prints one table for each measurement, beside a peer that
//! did the same work in the same run. A time alone means little on a shared machine; the ratio does.

#![expect(clippy::print_stdout, reason = "a measurement prints its table")]

mod columns;
mod duplicates;
mod import;
mod program;
mod receipt;
mod start;

use anyhow::{Result, bail};

const HELP: &str = "bench/run [WHAT] [SIZE…]

  import [LINES [SUPPLIERS]]             a file of order lines through the command line (1000000 20000)
  duplicates                             precision, recall and F1 on real names; one look-up among 100,000
  columns [LINES [SUPPLIERS [MONTHS]]]   the KPIs over the columns (10000000 20000 24)
  receipt [SUPPLIERS]                    one receipt into the sample company, until its figures hold it (400)
  start [SUPPLIERS]                      the sample company: first start, second start, idle memory (400)
  all                                    all of them, at their usual sizes";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (what, sizes) = match arguments.split_first() {
        Some((what, sizes)) => (what.as_str(), sizes),
        None => ("all", &[][..]),
    };
    let size = |nth: usize, usual: u64| match sizes.get(nth) {
        Some(text) => text.parse::<u64>().map_err(anyhow::Error::from),
        None => Ok(usual),
    };
    match what {
        "import" => import::measure(size(0, 1_000_000)?, size(1, 20_000)?),
        "duplicates" => duplicates::measure(),
        "columns" => columns::measure(size(0, 10_000_000)?, size(1, 20_000)?, size(2, 24)?),
        "receipt" => receipt::measure(size(0, 400)?),
        "start" => start::measure(size(0, 400)?),
        "all" => {
            start::measure(400)?;
            receipt::measure(400)?;
            import::measure(1_000_000, 20_000)?;
            duplicates::measure()?;
            columns::measure(10_000_000, 20_000, 24)
        }
        "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("There is no measurement called {other:?}.\n\n{HELP}"),
    }
}
