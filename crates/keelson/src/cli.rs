//! The words of the command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use keelson_methods::period::Period;

/// Supplier relationship management that you run yourself.
#[derive(Debug, Parser)]
#[command(name = "keelson", version, propagate_version = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  keelson demo                                        a sample company on http://127.0.0.1:8080
  keelson init --organisation \"Harbour Tools\" --admin ada@harbour.example
  keelson import order-lines orders.csv --mapping orders.toml --rejects refused.csv
  keelson measure --period 2026-Q3 --kpi otif-line > otif.csv
  keelson score --period 2026-Q3 && keelson tier
  keelson serve --listen 127.0.0.1:8080

Data goes to standard output, progress and messages to standard error.
Exit codes: 0 done; 1 failed; 2 the command was not understood; 3 done, but rows were refused or a check found something.";

/// Where the data is.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Folder with the database, the files and the columns.
    #[arg(
        long,
        global = true,
        env = "KEELSON_DATA",
        default_value = "keelson-data",
        value_name = "DIR"
    )]
    pub(crate) data: PathBuf,
    /// PostgreSQL instead of the embedded database: postgres://user:password@host/database
    #[arg(
        long,
        global = true,
        env = "KEELSON_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the sample company and serve it, with a sign-in link for each role.
    Demo(Demo),
    /// Serve the pages.
    Serve(Serve),
    /// Make a data folder for an organisation and invite its first administrator.
    Init(Init),
    /// Load files of suppliers, order lines, receipts, inspections or invoice lines.
    Import(Import),
    /// Work with mappings, which say what the columns of a file mean.
    #[command(subcommand)]
    Mapping(Mapping),
    /// Work with KPI definitions.
    #[command(subcommand)]
    Kpi(Kpi),
    /// Print the measures of a period as CSV.
    Measure(Measure),
    /// Score the suppliers for a period.
    Score(Score),
    /// Put the suppliers into tiers by the current policy.
    Tier(Tier),
    /// Print what is kept, as CSV or JSON lines.
    Export(Export),
    /// Rebuild the columns from the record.
    Reproject,
    /// Look for damage: the database, the files, the columns against the record.
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
    /// The same seed makes the same company.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    #[arg(long, default_value_t = 400, value_name = "N", value_parser = clap::value_parser!(u32).range(12..=100_000))]
    pub(crate) suppliers: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[arg(
        long,
        env = "KEELSON_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDR"
    )]
    pub(crate) listen: SocketAddr,
    /// The address people type, where a proxy stands in front, such as `https://suppliers.example.com`
    #[arg(long, env = "KEELSON_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The buying company's name.
    #[arg(long, value_name = "NAME")]
    pub(crate) organisation: String,
    /// The first administrator's e-mail address.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) admin: String,
    /// The currency that totals are shown in.
    #[arg(long, default_value = "EUR", value_name = "CODE")]
    pub(crate) currency: String,
    /// How numbers and dates are written: en, de, fr …
    #[arg(long, default_value = "en", value_name = "LOCALE")]
    pub(crate) locale: String,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  keelson import suppliers vendors.xlsx
  keelson import order-lines 2024.csv 2025.csv.gz --mapping orders.toml
  keelson import order-lines orders.csv --dry-run --rejects refused.csv

Loading a file again changes nothing. A corrected row replaces the old one, which stays readable.")]
pub(crate) struct Import {
    /// suppliers, order-lines, receipts, inspections or invoice-lines
    pub(crate) kind: String,
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the columns mean. Without it, the headers are guessed, and the guess is printed.
    #[arg(long, value_name = "M.toml")]
    pub(crate) mapping: Option<PathBuf>,
    /// Read and judge every row, load none.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write refused rows here, with the reason for each.
    #[arg(long, value_name = "R.csv")]
    pub(crate) rejects: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mapping {
    /// Print a mapping for a file, guessed from its headers and values.
    Suggest { kind: String, file: PathBuf },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Kpi {
    /// Publish a definition as a new version.
    Apply { file: PathBuf },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  keelson measure --period all --kpi on-or-before-scheduled
  keelson measure --period trailing-12 --by category")]
pub(crate) struct Measure {
    /// 2026, 2026-Q3, 2026-09, trailing-12, trailing-12@2026-09 or all
    #[arg(long, value_name = "P", value_parser = period)]
    pub(crate) period: Period,
    /// One definition; all of them without it.
    #[arg(long, value_name = "ID")]
    pub(crate) kpi: Option<String>,
    #[arg(long, value_enum, default_value_t = By::Supplier)]
    pub(crate) by: By,
    /// Judge as on this day instead of today.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<chrono::NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    Supplier,
    Category,
    Site,
}

#[derive(Debug, Args)]
pub(crate) struct Score {
    /// 2026, 2026-Q3, 2026-09 or trailing-12
    #[arg(long, value_name = "P", value_parser = period)]
    pub(crate) period: Period,
    /// Score as on this day instead of today.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<chrono::NaiveDate>,
}

#[derive(Debug, Args)]
pub(crate) struct Tier {
    /// Judge as on this day instead of today.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<chrono::NaiveDate>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[arg(value_enum)]
    pub(crate) what: What,
    /// With facts: order-lines, receipts, inspections or invoice-lines
    #[arg(long, default_value = "order-lines")]
    pub(crate) kind: String,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    Suppliers,
    Facts,
    Measures,
    Scorecards,
    Tiers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Csv,
    Jsonl,
}

fn period(text: &str) -> Result<Period, String> {
    text.parse().map_err(|error| format!("{error}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
