//! Snapshots: everything at once, as of a publication, and what changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollcall_model::{NodeId, Relation, ScopeState};
use rollcall_record::{ActivityRecord, ReferenceRecord, RelationRecord};

use super::Case;
use super::check::{Check, Found, holds, present, same};
use super::scene::{Fact, Scene, arn, at, finish, relate, role, role_key, roles, scope};
use crate::{
    ClaimedEntity, MissingReason, Position, RelationFact, RetireRequest, ScopeView, SnapshotRow,
    Store,
};

pub(super) const CASES: &[Case] = &[
    Case { name: "changes lead to the same as a fresh look", play: |s| Box::pin(follow(s)) },
    Case { name: "a snapshot is as of a publication", play: |s| Box::pin(as_of(s)) },
    Case { name: "what is unseen changes nothing", play: |s| Box::pin(unseen(s)) },
    Case { name: "a mark tells states apart", play: |s| Box::pin(marks(s)) },
    Case { name: "a renamed source shows in its scopes", play: |s| Box::pin(renamed(s)) },
    Case { name: "scopes tell what hangs on them", play: |s| Box::pin(scopes_tell(s)) },
    Case { name: "what tells how surely something is owned", play: |s| Box::pin(owned(s)) },
];

/// What a snapshot would show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Image {
    at: Position,
    claims: BTreeSet<(NodeId, String)>,
    aliases: BTreeSet<(NodeId, NodeId)>,
    relations: BTreeMap<(NodeId, String, NodeId, String), i64>,
    uses: BTreeMap<NodeId, i64>,
    scopes: BTreeMap<i64, String>,
}

impl Image {
    async fn of(store: &dyn Store, sequence: Option<i64>) -> Found<Self> {
        let mut image = Self::default();
        let mut take = |row| image.take(row);
        let at = store.snapshot(sequence, &mut take).await?;
        image.at = at;
        for view in store.scope_views(sequence).await? {
            image.scope(&view);
        }
        Ok(image)
    }

    fn take(&mut self, row: SnapshotRow) {
        match row {
            SnapshotRow::Entity(claim) => self.claim(&claim),
            SnapshotRow::Text(..) | SnapshotRow::Several(_) => {}
            SnapshotRow::Reference(fact) => {
                self.aliases.insert((fact.entity, fact.reference));
            }
            SnapshotRow::Relation(fact) => self.relation(fact, 1),
            SnapshotRow::Use(last) => {
                self.uses.insert(last.node, last.at.micros());
            }
        }
    }

    fn claim(&mut self, claim: &ClaimedEntity) {
        // When a scope was last read is told by the scope.
        let claim = ClaimedEntity { last_seen: None, ..claim.clone() };
        self.claims.insert((claim.key.node_id(), format!("{claim:?}")));
    }

    fn relation(&mut self, fact: RelationFact, by: i64) {
        let name = (fact.from, fact.relation.to_string(), fact.to, fact.body);
        *self.relations.entry(name).or_default() += by;
    }

    fn scope(&mut self, view: &ScopeView) {
        self.scopes.insert(view.id.0, format!("{view:?}"));
    }

    async fn follow(&mut self, store: &dyn Store) -> Check {
        let changes = store.changes(self.at).await?;
        let touched: BTreeSet<NodeId> = changes.entities.iter().copied().collect();
        self.claims.retain(|(node, _)| !touched.contains(node));
        self.aliases.retain(|(node, _)| !touched.contains(node));
        for claim in store.claims_of(&changes.entities).await? {
            self.claim(&claim);
        }
        for fact in store.aliases_of(&changes.entities).await? {
            self.aliases.insert((fact.entity, fact.reference));
        }
        changes.relations.into_iter().for_each(|fact| self.relation(fact, 1));
        changes.relations_ended.into_iter().for_each(|fact| self.relation(fact, -1));
        self.relations.retain(|_, count| *count != 0);
        changes.scopes.iter().for_each(|view| self.scope(view));
        for last in changes.uses {
            self.uses.insert(last.node, last.at.micros());
        }
        self.at = changes.to;
        Ok(())
    }
}

/// Follows to the present and compares with a fresh look.
async fn caught_up(image: &mut Image, store: &dyn Store, after: &str) -> Check {
    image.follow(store).await?;
    same(after, &*image, &Image::of(store, None).await?)?;
    let nothing = store.changes(image.at).await?;
    holds("nothing more changed", nothing.entities.is_empty() && nothing.scopes.is_empty())
}

async fn follow(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b", "c"])?;
    let (one, two) = (scope("one"), scope("two"));
    let link = |level: &str| -> Fact {
        RelationRecord::new(&list[0].key, Relation::CanAccess, &list[1].key)
            .attribute("level", level)
            .into()
    };
    let used = |seconds| -> Fact {
        ActivityRecord {
            entity: arn("a").into(),
            evidence: "aws.role-last-used".to_owned(),
            first_at: at(seconds),
            last_at: at(seconds),
            count: None,
            attributes: Default::default(),
        }
        .into()
    };
    let [a, b, c] = [&list[0], &list[1], &list[2]].map(|role| Fact::from(role.clone()));
    let tie = relate(&list[0], Relation::MemberOf, &list[1]);
    let name: Fact = ReferenceRecord::new(&list[0].key, arn("a")).into();
    let mut image = Image::of(&*store, None).await?;
    same("an empty store", &image, &Image::default())?;

    let said = [a.clone(), b.clone(), c.clone(), tie.clone(), link("read"), name, used(5)];
    scene.read(&one, &said, at(1)).await?;
    caught_up(&mut image, &*store, "after the first reading").await?;
    scene.read(&two, &[a.clone(), tie.clone()], at(2)).await?;
    caught_up(&mut image, &*store, "after another scope says the same").await?;
    scene.read(&one, &said, at(3)).await?;
    caught_up(&mut image, &*store, "after an unchanged reading").await?;
    let renamed: Fact = role("c", "other")?.into();
    scene.read(&one, &[a.clone(), renamed, link("admin"), used(9)], at(4)).await?;
    caught_up(&mut image, &*store, "after a change, with facts missing").await?;
    scene.retire(&[&one], at(5)).await?;
    caught_up(&mut image, &*store, "after they retired").await?;
    scene.read(&one, &said, at(6)).await?;
    scene.read_and_retire(&two, &[], at(7)).await?;
    caught_up(&mut image, &*store, "after two steps at once").await?;
    let mut end = scene.begin(&one).await?.end(at(8));
    (end.listing, end.missing) = (rollcall_model::Listing::Delta, None);
    end.writes.gone.push(role_key("a")?.node_id());
    finish(&*store, end).await?;
    caught_up(&mut image, &*store, "after one is gone").await?;
    scene.read(&one, &[b], at(9)).await?;
    store.hold(&[scene.id(&one).await?], &scene.run).await?;
    caught_up(&mut image, &*store, "after the brake held").await?;
    let request = RetireRequest {
        scopes: vec![scene.id(&one).await?],
        reasons: vec![MissingReason::Brake],
        run: None,
        at: at(10),
    };
    store.retire(request).await?;
    caught_up(&mut image, &*store, "after a human confirmed").await?;
    store.forget_source("acme", at(11)).await?;
    caught_up(&mut image, &*store, "after the source was forgotten").await?;
    holds("nothing is live", image.relations.is_empty() && image.aliases.is_empty())
}

async fn as_of(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b"])?;
    let said = |names: &[usize]| -> Vec<Fact> {
        let mut said: Vec<Fact> = names.iter().map(|n| list[*n].clone().into()).collect();
        said.push(relate(&list[0], Relation::MemberOf, &list[1]));
        said
    };
    same("before the first publication", store.sequence_at(at(0)).await?, 0)?;
    let mut images = vec![(0, Image::of(&*store, None).await?)];
    for (step, names) in [&[0, 1][..], &[0][..], &[0, 1][..]].iter().enumerate() {
        scene.read_and_retire(&scope("one"), &said(names), at(step as i64)).await?;
        let now = store.last_publication().await?;
        same("the last publication by time", store.sequence_at(at(step as i64)).await?, now)?;
        images.push((now, Image::of(&*store, None).await?));
    }
    for (sequence, then) in images {
        let mut image = Image::of(&*store, Some(sequence)).await?;
        same("the sequence", image.at.sequence, sequence)?;
        // Only facts are kept as they were; states and times are those of today.
        (image.at, image.scopes) = (then.at, then.scopes.clone());
        let facts = |image: &Image| {
            let live = |text: &String| text.contains("gone_at: None");
            let claims: Vec<NodeId> =
                image.claims.iter().filter(|(_, c)| live(c)).map(|(node, _)| *node).collect();
            (claims, image.relations.clone(), image.aliases.clone())
        };
        same(&format!("facts as of {sequence}"), facts(&image), facts(&then))?;
    }
    Ok(())
}

async fn unseen(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    scene.read(&key, &[role("a", "a")?.into()], at(1)).await?;
    let before = Image::of(&*store, None).await?;
    let mut reading = scene.begin(&key).await?;
    reading.say(role("b", "b")?)?;
    reading.flush().await?;
    let changes = store.changes(before.at).await?;
    same("entities that changed", changes.entities, [])?;
    same("the position", changes.to, before.at)?;
    let mut end = scene.begin(&key).await?.end(at(2));
    (end.state, end.missing) = (ScopeState::Failed, None);
    finish(&*store, end).await?;
    let changes = store.changes(before.at).await?;
    same("entities that changed by a failed reading", changes.entities, [])?;
    let states: Vec<_> = changes.scopes.iter().map(|scope| scope.state).collect();
    same("the scope's state", states, [Some(ScopeState::Failed)])
}

async fn marks(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let empty = present("the mark of an empty store", store.mark(Position::default()).await?)?;
    scene.read(&scope("one"), &[role("a", "a")?.into()], at(1)).await?;
    let first = store.position().await?;
    let one = present("the mark of the first state", store.mark(first).await?)?;
    scene.read(&scope("one"), &[role("a", "b")?.into()], at(2)).await?;
    let second = store.position().await?;
    let two = present("the mark of the second state", store.mark(second).await?)?;
    holds("marks differ", one != two && one != empty)?;
    same("the mark of an earlier state", store.mark(first).await?, Some(one))?;
    let ahead = Position { sequence: second.sequence + 1, ..second };
    same("the mark of a state that is not reached", store.mark(ahead).await?, None)
}

async fn renamed(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    scene.read(&scope("one"), &[role("a", "a")?.into()], at(1)).await?;
    let before = store.position().await?;
    store.rename_source("acme", "acme-corp").await?;
    let changes = store.changes(before).await?;
    let names: Vec<_> = changes.scopes.iter().map(|scope| scope.source.as_str()).collect();
    same("the source of its scopes", names, ["acme-corp"])
}

async fn scopes_tell(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let (one, two) = (scope("one"), scope("two"));
    let list = roles(["a", "b"])?;
    let said = [list[0].clone().into(), list[1].clone().into()];
    scene.read(&one, &said, at(1)).await?;
    scene.read_below(&two, Some(&list[0].key), &said, at(2)).await?;
    let told = async || -> Found<Vec<_>> {
        let views = store.scope_views(None).await?;
        Ok(views.iter().map(|v| (v.parent, v.live_entities, v.held, v.lost)).collect())
    };
    let (parent, none) = (Some(list[0].key.node_id()), None);
    same("at first", told().await?, [(none, 2, 0, false), (parent, 2, 0, false)])?;
    let claims = store.claims_of(&[list[1].key.node_id()]).await?;
    let scopes: Vec<_> = claims.iter().map(|claim| claim.scope_id).collect();
    same("the scopes of claims", scopes, [scene.id(&one).await?, scene.id(&two).await?])?;

    let before = store.position().await?;
    scene.read(&one, &[], at(3)).await?;
    same("missing is not held", told().await?[0], (none, 2, 0, false))?;
    store.hold(&[scene.id(&one).await?], &scene.run).await?;
    same("held", told().await?[0], (none, 2, 2, false))?;
    let mut end = scene.begin_below(&two, Some(&list[0].key)).await?.end(at(4));
    end.lost = vec!["secrets".to_owned()];
    for mark in end.missing.iter_mut().flatten() {
        mark.reason = MissingReason::Visibility;
    }
    finish(&*store, end).await?;
    same("lost", told().await?[1], (parent, 2, 2, true))?;
    let changes = store.changes(before).await?;
    same("what changed", changes.scopes, store.scope_views(None).await?)?;
    let before = store.position().await?;
    store.accept_visibility(&[scene.id(&two).await?]).await?;
    same("accepted", told().await?[1], (parent, 2, 2, false))?;
    let changed = store.changes(before).await?.scopes.len();
    same("the scopes that acceptance changed", changed, 1)?;
    let last = store.last_publication().await?;
    same("as of then", store.scope_views(Some(last)).await?.len(), 2)
}

async fn owned(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let list = roles(["a", "b"])?;
    let link = |relation| RelationRecord::new(&list[0].key, relation, &list[1].key);
    let before = Image::of(&*store, None).await?;
    let said: [Fact; 4] = [
        link(Relation::OwnedBy).attribute("fallback", true).into(),
        RelationRecord::new(&list[1].key, Relation::OwnedBy, arn("team")).into(),
        link(Relation::CanAccess).attribute("level", "read").into(),
        link(Relation::MemberOf).attribute("since", "long").into(),
    ];
    scene.read(&key, &said, at(1)).await?;
    let bodies = |image: &Image| -> Vec<(String, bool)> {
        image.relations.keys().map(|(_, how, _, b)| (how.clone(), b.contains("attr"))).collect()
    };
    let told = |how: &str, is_told| (how.to_owned(), is_told);
    let mut image = Image::of(&*store, None).await?;
    let mut found = bodies(&image);
    found.sort();
    let expected = [
        told("can_access", true),
        told("member_of", false),
        told("owned_by", false),
        told("owned_by", true),
    ];
    same("relations that tell more", found, expected)?;
    let mut follower = before;
    caught_up(&mut follower, &*store, "after relations came").await?;
    let exact: [Fact; 1] = [link(Relation::OwnedBy).into()];
    scene.read_and_retire(&key, &exact, at(2)).await?;
    caught_up(&mut image, &*store, "after the rule became an exact one").await?;
    same("what is left", bodies(&image), [told("owned_by", false)])
}
