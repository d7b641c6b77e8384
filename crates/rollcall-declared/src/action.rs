//! `action.yml`: what an action runs.

use crate::secret::LiteralKey;
use crate::text::{Issue, Source};
use crate::tree::Node;
use crate::workflow::{References, Step, Target, Uses, read_steps};
use crate::yaml;

/// An action file as read.
#[derive(Clone, Debug, Default)]
pub struct Action {
    /// Its `name`.
    pub name: Option<String>,
    /// What runs it: `composite`, `docker`, `node24`…
    pub using: String,
    /// The names of its inputs.
    pub inputs: Vec<String>,
    /// The steps of a composite action.
    pub steps: Vec<Step>,
    /// The image of a Docker action, unless it is built from a file of the action.
    pub image: Option<Uses>,
    /// What its steps refer to.
    pub references: References,
}

/// Reads an action file. Nothing is returned for a file that is no action: it has no `runs` and did
/// not break.
#[must_use]
pub fn parse(bytes: &[u8], key: LiteralKey<'_>) -> (Option<Action>, Vec<Issue>) {
    let (source, mut issues) = Source::decode(bytes);
    let root = yaml::parse(source.text(), &mut issues);
    let Some(runs) = root.get("runs").filter(|runs| runs.is_map()) else {
        // A broken file may have had one.
        return ((!issues.is_empty()).then(Action::default), issues);
    };
    let mut references = References::default();
    let steps = read_steps(runs.get("steps"), source.text(), key, &mut references);
    let image = runs.get("image").and_then(|node| {
        let uses = Uses::parse(node.text()?, node.at);
        matches!(uses.target, Target::Image { .. }).then_some(uses)
    });
    let action = Action {
        name: root.get("name").and_then(Node::text).map(crate::expression::template),
        using: runs.get("using").and_then(Node::text).unwrap_or_default().to_owned(),
        inputs: root
            .get("inputs")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| entry.key.to_string())
            .collect(),
        steps,
        image,
        references,
    };
    (Some(action), issues)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_composite_action_has_steps_and_other_files_are_none() {
        let text = b"name: x\ninputs: {token: {}}\nruns:\n  using: composite\n  steps:\n    - uses: a/b@v1\n    - run: kubectl get x\n      shell: bash\n";
        let (action, issues) = parse(text, LiteralKey(&[0; 32]));
        let action = action.expect("it is an action");
        assert_eq!((action.using.as_str(), action.steps.len(), issues.len()), ("composite", 2, 0));
        assert_eq!(
            action.steps[0].uses.as_ref().map(|u| (u.is_pinned(), u.at.line)),
            Some((false, 6))
        );
        let (none, issues) = parse(b"name: not an action\n", LiteralKey(&[0; 32]));
        assert!(none.is_none() && issues.is_empty());
        let (image, _) =
            parse(b"runs: {using: docker, image: 'docker://a/b:1'}", LiteralKey(&[0; 32]));
        assert!(image.and_then(|a| a.image).is_some());
    }
}
