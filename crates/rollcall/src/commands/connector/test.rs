//! `rollcall connector test`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rollcall_connector::Connector;
use rollcall_connector::external::{
    ConformanceResult, ExternalConnector, ExternalProgram, conformance,
};
use rollcall_connector::transport::TransportOptions;
use serde_json::{Map, Value, json};

use super::TestArgs;
use crate::app::App;
use crate::commands::{COMPLETE, NOTHING};
use crate::config::{Field, Place, check_fields};
use crate::failure::Failure;
use crate::output::{Cell, Grid, Tone, text};
use crate::secret::Context;
use crate::{environment, sources};

pub(super) async fn run(app: &mut App, args: TestArgs) -> Result<u8> {
    let here = environment::working_folder();
    let path =
        if args.program.components().count() > 1 { here.join(&args.program) } else { args.program };
    let mut program = ExternalProgram::new(path).with_args(args.args);
    program.search_path = environment::search_path();
    let config = match &args.with {
        Some(file) => config(file, &program, &here).await?,
        None => json!({}),
    };
    let results = conformance(&program, &config, app.now()).await;
    let passed = results.iter().filter(|result| result.passed).count();
    if app.out.json() {
        for result in &results {
            app.out.object(result)?;
        }
    } else {
        let mut grid = Grid::new(&["check", "result", "detail"]);
        for ConformanceResult { name, passed, detail } in &results {
            let (word, tone) = if *passed { ("kept", Tone::Good) } else { ("broken", Tone::Bad) };
            grid.row([
                Cell::from(name.as_str()),
                Cell::new(word, tone),
                Cell::from(detail.as_str()),
            ]);
        }
        app.out.grid(&grid)?;
        let all = text::count(results.len() as u64, "check");
        app.out.line(&format!("{passed} of {all} kept"))?;
    }
    Ok(if passed == results.len() { COMPLETE } else { NOTHING })
}

/// Reads a configuration and holds it against what the program declares.
async fn config(file: &Path, program: &ExternalProgram, here: &Path) -> Result<Value> {
    let shown = file.display();
    let wrong = |why: String| Failure::new("config", format!("{shown}: {why}"));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let values: Map<String, Value> = serde_json::from_str(&text)
        .map_err(|error| wrong(format!("it is no JSON object: {error}")))?;
    let place = Place { line: 1, column: 1 };
    let field = |(name, value)| (name, Field { value, place, value_place: place });
    let fields: BTreeMap<String, Field> = values.into_iter().map(field).collect();
    let connector = ExternalConnector::load(program.clone(), json!({})).await?;
    let definition = connector.definition();
    let faults = check_fields(&fields, definition, "the configuration", place);
    if !faults.is_empty() {
        let why: Vec<String> = faults.into_iter().map(|(_, why)| why).collect();
        return Err(wrong(why.join("; ")).into());
    }
    let folder: PathBuf = here.join(file.parent().unwrap_or(Path::new(".")));
    let context = Context::new(&folder, TransportOptions::default());
    Ok(Value::Object(sources::resolve(&fields, definition, "under test", &context).await?))
}
