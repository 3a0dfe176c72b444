//! One file per group of commands; each prints data on standard output and speaks on standard error.

mod data;
mod demo;
mod export;
mod figures;
mod serve;

use std::process::ExitCode;

use anyhow::Result;
use keelson_documents::write::{Column, ColumnKind};
use keelson_domain::{Act, Keelson, Via};

use crate::cli::{Arguments, Command};

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode> {
    let place = &arguments.place;
    match arguments.command {
        Command::Demo(options) => demo::demo(place, options).await,
        Command::Serve(options) => serve::serve(place, options).await,
        Command::Init(options) => serve::init(place, options).await,
        Command::Import(options) => data::import(place, options).await,
        Command::Mapping(command) => data::mapping(&command),
        Command::Kpi(command) => figures::kpi(place, command).await,
        Command::Measure(options) => figures::measure(place, options).await,
        Command::Score(options) => figures::score(place, options).await,
        Command::Tier(options) => figures::tier(place, options).await,
        Command::Export(options) => export::export(place, options).await,
        Command::Reproject => data::reproject(place).await,
        Command::Check => data::check(place).await,
    }
}

/// The command line acts for nobody in particular: whoever may run it owns the data folder.
fn act(keelson: &Keelson) -> Act {
    Act::by_system(Via::Command, keelson.clock.now())
}

/// The header of a table on standard output.
fn columns(names: &[&str]) -> Vec<Column> {
    let column = |name: &&str| Column::new(*name, ColumnKind::Text);
    names.iter().map(column).collect()
}
