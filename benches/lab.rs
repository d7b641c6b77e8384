//! Records straight from the plan of a lab company, beside records made by arithmetic alone: the least
//! that making so many of them can cost.
//!
//! `cargo bench -p rollcall-benches --bench lab -- [IDENTITIES] [ARCHETYPE]`

use std::io::Write as _;
use std::ops::ControlFlow;

use anyhow::Result;
use rollcall_benches::company::{Company as Arithmetic, RELATIONS, kind};
use rollcall_benches::measure::{Meter, held_mib, peak_mib, reset_peak};
use rollcall_lab::{Archetype, Company, Spec, direct};
use rollcall_record::Record;

/// What a run makes unless told otherwise.
const IDENTITIES: u64 = 200_000;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let size = arguments.next().map_or(Ok(IDENTITIES), |a| a.parse())?;
    let one = arguments.next().map(|a| a.parse::<Archetype>()).transpose()?;
    let mut out = std::io::stdout().lock();
    let floor = floor(size)?;
    writeln!(out, "by arithmetic         {floor:>9.0} records/s")?;
    for archetype in one.map_or(Archetype::ALL.to_vec(), |a| vec![a]) {
        let now = "2026-11-22T12:00:00Z".parse()?;
        reset_peak();
        let before = held_mib();
        let company = Company::generate(Spec { seed: 1, size, archetype, now })?;
        let meter = Meter::start();
        let mut relations = 0_u64;
        let records = direct(&company, &mut |record| {
            relations += u64::from(matches!(record, Record::Relation(_)));
            ControlFlow::Continue(())
        })?;
        let rate = records as f64 / meter.stop().wall;
        writeln!(
            out,
            "{archetype:<20}  {rate:>9.0} records/s   {:.2} x the floor   {records} records, \
             {:.1} relations an identity, {} MiB more at the peak",
            floor / rate,
            relations as f64 / size as f64,
            peak_mib().saturating_sub(before),
        )?;
    }
    Ok(())
}

/// How many records of the same shape a second can be made where nothing has to be thought of.
fn floor(size: u64) -> Result<f64> {
    let kind = kind()?;
    let entities = usize::try_from(size)? / 100;
    let company = Arithmetic { realms: 100, entities };
    let meter = Meter::start();
    let mut records = 0_u64;
    for realm in 0..company.realms {
        for n in 0..company.entities {
            std::hint::black_box(Record::Entity(company.entity(&kind, realm, n)));
            for r in 0..RELATIONS {
                std::hint::black_box(Record::Relation(company.relation(&kind, realm, n, r)));
            }
            records += 1 + RELATIONS as u64;
        }
    }
    Ok(records as f64 / meter.stop().wall)
}
