//! The configured sources, as the worker reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use async_trait::async_trait;
use rollcall_connector::{Connector, Definition};
use rollcall_engine::{CollectSource, ServedSource, SourceSpec, Sources};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::SecretString;

use crate::config::Config;
use crate::failure::code_of;
use crate::secret::Context;
use crate::sources::{self, Checked, EXTERNAL};

/// The configured sources. Their secrets are fetched for each reading.
pub(super) struct ConfiguredSources {
    config: Arc<Config>,
    definitions: Vec<Definition>,
    served: Vec<ServedSource>,
    literal_key: [u8; 32],
}

impl ConfiguredSources {
    /// Holds every source against what its connector declares.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub(super) async fn new(config: Arc<Config>, literal_key: [u8; 32]) -> Result<Self> {
        let all: Vec<_> = config.sources.iter().collect();
        let checked = sources::check_all(&config, &all).await?;
        let served = checked.iter().map(served).collect();
        let definitions = checked.into_iter().map(|checked| checked.definition).collect();
        Ok(Self { config, definitions, served, literal_key })
    }

    /// The sources that other machines read.
    pub(super) fn pushed(&self) -> Vec<CollectSource> {
        let all = self.config.sources.iter().zip(&self.definitions).zip(&self.served);
        all.filter(|((source, _), _)| source.is_pushed())
            .map(|((source, definition), served)| CollectSource {
                spec: served.spec.clone(),
                kind: source.kind.clone(),
                definition: (source.kind != EXTERNAL).then(|| definition.clone()),
            })
            .collect()
    }

    /// The tokens with which they are pushed.
    ///
    /// # Errors
    /// When one cannot be had.
    pub(super) async fn collect_tokens(&self) -> Result<BTreeMap<String, SecretString>> {
        let context = Context::new(&self.config.folder, self.config.transport.options()?);
        let mut tokens = BTreeMap::new();
        for source in &self.config.sources {
            if let Some(text) = &source.collect_token {
                let what = format!("collect_token of {:?}", source.name);
                tokens.insert(source.name.clone(), super::secret(text, &what, &context).await?);
            }
        }
        Ok(tokens)
    }
}

fn served(checked: &Checked<'_>) -> ServedSource {
    let source = checked.source;
    let skip: Vec<String> = source.skip_streams.iter().map(|(stream, _)| stream.clone()).collect();
    let streams = checked.definition.streams.iter().map(|stream| stream.name.clone());
    ServedSource {
        streams: streams.filter(|stream| !skip.contains(stream)).collect(),
        spec: SourceSpec { name: source.name.clone(), skip_streams: skip },
        connector: checked.definition.id.clone(),
        schedule: (!source.is_pushed()).then(|| source.schedule.clone()),
    }
}

#[async_trait]
impl Sources for ConfiguredSources {
    fn list(&self) -> &[ServedSource] {
        &self.served
    }

    async fn connector(&self, name: &str) -> Result<Arc<dyn Connector>, Problem> {
        let mut all = self.config.sources.iter().zip(&self.definitions);
        let Some((source, definition)) = all.find(|(source, _)| source.name == name) else {
            let message = format!("no source is called {name:?}");
            return Err(Problem::new(ProblemClass::Config, "unknown_source", message));
        };
        let checked = Checked { source, definition: definition.clone() };
        sources::build(&self.config, &checked, self.literal_key).await.map_err(|error| {
            Problem::new(ProblemClass::Config, &code_of(&error), format!("{error:#}"))
        })
    }
}
