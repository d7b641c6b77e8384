//! Which services an identity used last.

use std::collections::BTreeMap;

use rollcall_model::EntityKey;
use rollcall_record::{ActivityRecord, Record};
use serde_json::{Map, Value, json};

use crate::shapes::ServiceUse;

/// One record a day, since activity is kept by entity, evidence and day: with every service that
/// was used last on that day.
pub(crate) fn services(key: &EntityKey, uses: &[ServiceUse], out: &mut Vec<Record>) {
    let mut days: BTreeMap<i64, Vec<&ServiceUse>> = BTreeMap::new();
    for used in uses {
        days.entry(used.at.day()).or_default().push(used);
    }
    for mut of_day in days.into_values() {
        of_day.sort_by(|a, b| a.service.cmp(&b.service).then(a.at.cmp(&b.at)));
        let (first_at, last_at) = of_day
            .iter()
            .fold((of_day[0].at, of_day[0].at), |(a, b), u| (a.min(u.at), b.max(u.at)));
        let services: Vec<Value> = of_day
            .iter()
            .map(|u| match &u.region {
                Some(region) => json!({"service": u.service, "at": u.at, "region": region}),
                None => json!({"service": u.service, "at": u.at}),
            })
            .collect();
        out.push(Record::Activity(ActivityRecord {
            entity: key.into(),
            evidence: "aws.service-last-accessed".to_owned(),
            first_at,
            last_at,
            count: None,
            attributes: Map::from_iter([("services".to_owned(), Value::Array(services))]),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_model::Timestamp;

    #[test]
    fn services_of_a_day_are_one_record() {
        let used = |service: &str, at: &str, region: Option<&str>| ServiceUse {
            service: service.to_owned(),
            at: at.parse::<Timestamp>().unwrap(),
            region: region.map(str::to_owned),
        };
        let uses = [
            used("s3", "2026-11-01T12:00:00Z", Some("eu-west-1")),
            used("ec2", "2026-11-01T10:00:00Z", None),
            used("iam", "2026-10-01T00:00:00Z", None),
        ];
        let key = EntityKey::new("aws", "1", "aws.iam-role", "AROA1").unwrap();
        let mut out = Vec::new();
        services(&key, &uses, &mut out);
        let [Record::Activity(old), Record::Activity(new)] = &out[..] else { panic!("{out:?}") };
        assert_eq!(old.first_at.to_string(), "2026-10-01T00:00:00Z");
        assert_eq!((new.first_at.day(), new.last_at > new.first_at), (new.last_at.day(), true));
        assert_eq!(new.attributes["services"][0]["service"], "ec2");
        assert_eq!(new.attributes["services"][1]["region"], "eu-west-1");
    }
}
