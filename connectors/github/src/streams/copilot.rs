//! `copilot`: seats of Copilot.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_model::{EntityType, Relation};
use rollcall_record::{Problem, Record, RelationRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::run::{Run, say, seen_by};
use crate::shapes::{Seat, Seats};
use crate::{kinds, map};

const SEATS: &str = "GET /orgs/{org}/copilot/billing/seats";

pub(crate) const STREAM: Stream = Stream {
    name: "copilot",
    title: "Seats of Copilot",
    permissions: &["organization_copilot_seat_management"],
    operations: &[SEATS],
    sees: "who has a seat of Copilot, by which team, and when and where it was used last",
    blind_spots: &["Use is told only of editors that send telemetry."],
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let Some(guard) = run.scope(&organization, "", None).await? else {
                return Ok(());
            };
            let values = [("org", organization.login.as_str())];
            let query = [("per_page", "100")];
            let listed = organization.list::<Seats>(SEATS, &values, &query).await;
            say(guard, listed.hiding(STREAM.sees), |seat, out| record(&organization, &seat, out))
                .await
        }
        .boxed()
    })
    .boxed()
}

fn record(organization: &Organization, from: &Seat, out: &mut Vec<Record>) -> Result<(), Problem> {
    // The seat of a deleted account is nobody's.
    let Some(assignee) = &from.assignee else { return Ok(()) };
    let key = organization.key(kinds::SEAT, &assignee.id.to_string())?;
    let page = format!("organizations/{}/settings/copilot/seat_management", organization.login);
    let seen = seen_by(SEATS, organization.host.page(&page));
    let team = from.assigning_team.as_ref().and_then(|team| team.slug.as_deref());
    let record = entity(key.clone(), EntityType::Grant, &assignee.login)
        .created_at(from.created_at)
        .attribute("plan", from.plan_type.as_deref())
        .attribute("editor", from.last_activity_editor.as_deref())
        .attribute("ends_on", from.pending_cancellation_date.as_deref())
        .attribute("by_team", team)
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    let user = organization.host.user(assignee.id)?;
    let grant = RelationRecord::new(user, Relation::HasGrant, &key);
    out.push(Record::Relation(grant.evidence(seen)));
    if let Some(at) = from.last_activity_at {
        out.push(map::used(&key, "github.copilot-last-activity", at));
    }
    Ok(())
}
