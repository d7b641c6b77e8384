//! Columns: one value per node, as narrow as the values allow.

use rustc_hash::FxHashMap;

/// Names of the columns of codes. A code is a number whose meaning the column knows: a position in a
/// word list, a symbol, a set.
pub(crate) mod code {
    pub(crate) const TYPE: usize = 0;
    pub(crate) const CLASS: usize = 1;
    pub(crate) const KIND: usize = 2;
    pub(crate) const PROVIDER: usize = 3;
    pub(crate) const REALM: usize = 4;
    pub(crate) const SCOPES: usize = 5;
    pub(crate) const ENV: usize = 6;
    pub(crate) const DISABLED: usize = 7;
    pub(crate) const GONE: usize = 8;
    pub(crate) const MISSING: usize = 9;
    pub(crate) const COLLECTED: usize = 10;
    pub(crate) const DOCUMENT: usize = 11;
    pub(crate) const GRADE: usize = 12;
    pub(crate) const OWN_GRADE: usize = 13;
    pub(crate) const OWNER: usize = 14;
    pub(crate) const OWNER_NAME: usize = 15;
    pub(crate) const TEAM: usize = 16;
    pub(crate) const SCORE: usize = 17;
    pub(crate) const USAGE: usize = 18;
    pub(crate) const USAGE_GRADE: usize = 19;
    pub(crate) const FINDINGS: usize = 20;
    pub(crate) const REACH: usize = 21;
    pub(crate) const STANDING: usize = 22;
    pub(crate) const PRESENCE: usize = 23;
    /// How many there are.
    pub(crate) const COUNT: usize = 24;
}

/// Names of the columns of points in time.
pub(crate) mod time {
    pub(crate) const CREATED: usize = 0;
    pub(crate) const EXPIRES: usize = 1;
    pub(crate) const FIRST_SEEN: usize = 2;
    pub(crate) const LAST_SEEN: usize = 3;
    /// Last use, that of references that the entity answers to included.
    pub(crate) const USED: usize = 4;
    /// Last use under its own id.
    pub(crate) const OWN_USED: usize = 5;
    pub(crate) const GONE_AT: usize = 6;
    pub(crate) const USAGE_AT: usize = 7;
    /// How many there are.
    pub(crate) const COUNT: usize = 8;
}

/// No point in time.
pub(crate) const NEVER: i64 = i64::MIN;

/// A column of codes.
#[derive(Debug)]
pub(crate) enum Codes {
    /// All alike.
    Same(u32, usize),
    Narrow(Vec<u8>),
    Middle(Vec<u16>),
    Wide(Vec<u32>),
}

impl Codes {
    pub(crate) fn of(values: Vec<u32>) -> Self {
        let first = values.first().copied().unwrap_or_default();
        let most = values.iter().copied().max().unwrap_or_default();
        if values.iter().all(|v| *v == first) {
            Self::Same(first, values.len())
        } else if most <= u32::from(u8::MAX) {
            Self::Narrow(values.into_iter().map(|v| v as u8).collect())
        } else if most <= u32::from(u16::MAX) {
            Self::Middle(values.into_iter().map(|v| v as u16).collect())
        } else {
            Self::Wide(values)
        }
    }

    pub(crate) fn get(&self, at: usize) -> u32 {
        match self {
            Self::Same(value, _) => *value,
            Self::Narrow(v) => v.get(at).copied().unwrap_or_default().into(),
            Self::Middle(v) => v.get(at).copied().unwrap_or_default().into(),
            Self::Wide(v) => v.get(at).copied().unwrap_or_default(),
        }
    }

    /// Adds what the codes of some nodes become, in their order.
    pub(crate) fn gather(&self, nodes: &[u32], into: &mut Vec<i64>, of: impl Fn(u32) -> i64) {
        fn at<T: Copy + Into<u32>>(codes: &[T], node: u32) -> u32 {
            codes.get(node as usize).map_or(0, |code| (*code).into())
        }
        match self {
            Self::Same(value, _) => into.extend(nodes.iter().map(|_| of(*value))),
            Self::Narrow(v) => into.extend(nodes.iter().map(|n| of(at(v, *n)))),
            Self::Middle(v) => into.extend(nodes.iter().map(|n| of(at(v, *n)))),
            Self::Wide(v) => into.extend(nodes.iter().map(|n| of(at(v, *n)))),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Same(_, n) => *n,
            Self::Narrow(v) => v.len(),
            Self::Middle(v) => v.len(),
            Self::Wide(v) => v.len(),
        }
    }

    pub(crate) fn most(&self) -> u32 {
        match self {
            Self::Same(value, _) => *value,
            Self::Narrow(v) => v.iter().copied().max().unwrap_or_default().into(),
            Self::Middle(v) => v.iter().copied().max().unwrap_or_default().into(),
            Self::Wide(v) => v.iter().copied().max().unwrap_or_default(),
        }
    }

    /// How many of some nodes have which code. Codes are below the bound, if there is one.
    pub(crate) fn histogram(&self, nodes: &[u32], bound: Option<usize>) -> Vec<(u32, u64)> {
        let below = |most: usize| bound.map_or(most, |bound| bound.min(most));
        match self {
            Self::Same(value, _) => vec![(*value, nodes.len() as u64)],
            Self::Narrow(codes) => dense(codes, nodes, below(1 << 8)),
            Self::Middle(codes) => dense(codes, nodes, below(1 << 16)),
            Self::Wide(codes) if below(usize::MAX) <= 4 * codes.len() => {
                dense(codes, nodes, below(usize::MAX))
            }
            Self::Wide(codes) => {
                // Wide codes are masks, of which there are few, or names, of which there are many.
                let mut few: Vec<(u32, u64)> = Vec::with_capacity(32);
                let mut many: FxHashMap<u32, u64> = FxHashMap::default();
                for code in nodes.iter().filter_map(|node| codes.get(*node as usize)) {
                    let room = few.len() < 32;
                    match few.iter_mut().find(|(known, _)| known == code) {
                        Some((_, count)) => *count += 1,
                        None if room => few.push((*code, 1)),
                        None => *many.entry(*code).or_default() += 1,
                    }
                }
                few.extend(many);
                few
            }
        }
    }

    /// The nodes whose code passes.
    pub(crate) fn matching(&self, pass: impl Fn(u32) -> bool) -> roaring::RoaringBitmap {
        match self {
            Self::Same(value, n) if pass(*value) => below(*n),
            Self::Same(..) => roaring::RoaringBitmap::new(),
            Self::Narrow(v) => bits_of(v, |c| pass(u32::from(*c))),
            Self::Middle(v) => bits_of(v, |c| pass(u32::from(*c))),
            Self::Wide(v) => bits_of(v, |c| pass(*c)),
        }
    }
}

/// A histogram with room for each code below a size.
fn dense<T: Copy + Into<u32>>(codes: &[T], nodes: &[u32], size: usize) -> Vec<(u32, u64)> {
    // Neighbours are often alike, and to count in one place twice is to wait for the first time. So
    // four in a row count in places of their own, unless these would be too many to stay near.
    let lanes = if size <= 1 << 12 { 4 } else { 1 };
    let mut counts = vec![0_u32; size * lanes];
    let mut count = |lane: usize, node: u32| {
        let code = codes.get(node as usize).map_or(0, |code| (*code).into()) as usize;
        if code < size
            && let Some(count) = counts.get_mut(lane * size + code)
        {
            *count += 1;
        }
    };
    let (fours, rest) = nodes.as_chunks::<4>();
    for [a, b, c, d] in fours {
        count(0, *a);
        count(1 % lanes, *b);
        count(2 % lanes, *c);
        count(3 % lanes, *d);
    }
    rest.iter().for_each(|node| count(0, *node));
    let total = |code: usize| -> u64 {
        (0..lanes).filter_map(|lane| counts.get(lane * size + code)).map(|n| u64::from(*n)).sum()
    };
    let counted = (0..size).map(|code| (code as u32, total(code)));
    counted.filter(|(_, count)| *count > 0).collect()
}

/// A column of points in time: microseconds, [`NEVER`] for none.
#[derive(Debug)]
pub(crate) enum Times {
    /// All alike.
    Same(i64, usize),
    /// Whole seconds plus one; zero for none.
    Seconds(Vec<u32>),
    Micros(Vec<i64>),
}

const SECOND: i64 = 1_000_000;

impl Times {
    pub(crate) fn of(values: Vec<i64>) -> Self {
        let first = values.first().copied().unwrap_or(NEVER);
        let fits =
            |t: i64| t == NEVER || t >= 0 && t % SECOND == 0 && t / SECOND < i64::from(u32::MAX);
        if values.iter().all(|v| *v == first) {
            Self::Same(first, values.len())
        } else if values.iter().all(|v| fits(*v)) {
            let short = |t: i64| if t == NEVER { 0 } else { (t / SECOND) as u32 + 1 };
            Self::Seconds(values.into_iter().map(short).collect())
        } else {
            Self::Micros(values)
        }
    }

    pub(crate) fn get(&self, at: usize) -> i64 {
        match self {
            Self::Same(value, _) => *value,
            Self::Seconds(v) => match v.get(at).copied().unwrap_or_default() {
                0 => NEVER,
                s => i64::from(s - 1) * SECOND,
            },
            Self::Micros(v) => v.get(at).copied().unwrap_or(NEVER),
        }
    }

    /// Adds what the times of some nodes become, in their order.
    pub(crate) fn gather(&self, nodes: &[u32], into: &mut Vec<i64>, of: impl Fn(i64) -> i64) {
        let at = |node: &u32| *node as usize;
        match self {
            Self::Same(value, _) => into.extend(nodes.iter().map(|_| of(*value))),
            Self::Seconds(v) => into.extend(nodes.iter().map(|node| {
                let second = i64::from(v.get(at(node)).copied().unwrap_or_default());
                let time = (second - 1) * SECOND;
                // Whether there is a time is as good as chance: choosing costs less than branching.
                of(if second == 0 { NEVER } else { time })
            })),
            Self::Micros(v) => {
                into.extend(nodes.iter().map(|n| of(v.get(at(n)).copied().unwrap_or(NEVER))));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Same(_, n) => *n,
            Self::Seconds(v) => v.len(),
            Self::Micros(v) => v.len(),
        }
    }

    /// The nodes with a time from `from` to before `to`.
    pub(crate) fn within(&self, from: i64, to: i64) -> roaring::RoaringBitmap {
        let pass = |t: i64| t != NEVER && from <= t && t < to;
        match self {
            Self::Same(value, n) if pass(*value) => below(*n),
            Self::Same(..) => roaring::RoaringBitmap::new(),
            Self::Seconds(v) => {
                // The bounds in the column's own numbers, so that the loop compares small integers.
                let own = |t: i64| {
                    (t.div_euclid(SECOND) + i64::from(t.rem_euclid(SECOND) > 0) + 1)
                        .clamp(1, i64::from(u32::MAX)) as u32
                };
                let (low, high) = (own(from), own(to));
                bits_of(v, |s| low <= *s && *s < high)
            }
            Self::Micros(v) => bits_of(v, |t| pass(*t)),
        }
    }

    /// The nodes that have a time.
    pub(crate) fn present(&self) -> roaring::RoaringBitmap {
        self.within(NEVER + 1, i64::MAX)
    }
}

/// Every position below a bound.
pub(crate) fn below(bound: usize) -> roaring::RoaringBitmap {
    let mut all = roaring::RoaringBitmap::new();
    all.insert_range(0..bound as u32);
    all
}

/// The positions that pass, as a bitmap, by way of plain words: no branch in the inner loop.
fn bits_of<T>(values: &[T], pass: impl Fn(&T) -> bool) -> roaring::RoaringBitmap {
    let mut bytes = Vec::with_capacity(values.len() / 8 + 8);
    for lot in values.chunks(64) {
        // First a byte for each value, which compiles to comparisons of many at once.
        let mut passed = [0_u8; 64];
        for (passed, value) in passed.iter_mut().zip(lot) {
            *passed = u8::from(pass(value));
        }
        // Then eight bytes of 0 or 1 into one: the product carries byte i to bit 56 + i.
        let (eights, _) = passed.as_chunks::<8>();
        let bits = |eight: &[u8; 8]| {
            (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
        };
        bytes.extend(eights.iter().map(bits));
    }
    roaring::RoaringBitmap::from_lsb0_bytes(0, &bytes)
}

/// The numbers of a bitmap that pass.
pub(crate) fn passing(
    bitmap: &roaring::RoaringBitmap,
    mut pass: impl FnMut(u32) -> bool,
) -> roaring::RoaringBitmap {
    let mut found = Vec::new();
    each(bitmap, |number| {
        if pass(number) {
            found.push(number);
        }
    });
    // Sorted, as a bitmap gives them.
    roaring::RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
}

/// Calls `each` with every number of a bitmap, in lots: several times faster than one by one.
pub(crate) fn each(bitmap: &roaring::RoaringBitmap, mut each: impl FnMut(u32)) {
    lots(bitmap, |lot| lot.iter().for_each(|number| each(*number)));
}

/// Calls `each` with the numbers of a bitmap, many at a time.
pub(crate) fn lots(bitmap: &roaring::RoaringBitmap, mut each: impl FnMut(&[u32])) {
    // roaring 0.12.0 counts a run of 65,536 numbers as none when it gives many at once.
    let without_runs = (bitmap.statistics().n_run_containers > 0).then(|| {
        let mut bitmap = bitmap.clone();
        bitmap.remove_run_compression();
        bitmap
    });
    let mut numbers = without_runs.as_ref().unwrap_or(bitmap).iter();
    let mut lot = vec![0; 4_096];
    loop {
        let lot = numbers.next_many(&mut lot);
        if lot.is_empty() {
            return;
        }
        each(lot);
    }
}

/// A set of nodes as plain bits, for filling in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    pub(crate) fn set(&mut self, at: u32) {
        if let Some(word) = self.0.get_mut(at as usize / 64) {
            *word |= 1 << (at % 64);
        }
    }

    pub(crate) fn clear(&mut self, at: u32) {
        if let Some(word) = self.0.get_mut(at as usize / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    #[inline]
    pub(crate) fn has(&self, at: u32) -> bool {
        self.0.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(crate) fn to_bitmap(&self) -> roaring::RoaringBitmap {
        let bytes: Vec<u8> = self.0.iter().flat_map(|word| word.to_le_bytes()).collect();
        roaring::RoaringBitmap::from_lsb0_bytes(0, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_do_not_change_values() {
        for most in [0, 1, 255, 256, 65_535, 65_536] {
            let values = vec![0, most, most / 2];
            let codes = Codes::of(values.clone());
            assert_eq!((0..3).map(|i| codes.get(i)).collect::<Vec<_>>(), values);
            assert_eq!(codes.most(), most);
            let counted: u64 =
                codes.histogram(&[0, 1, 2], None).iter().map(|(c, n)| u64::from(*c) * n).sum();
            assert_eq!(counted, values.iter().map(|v| u64::from(*v)).sum::<u64>());
            let found = codes.matching(|c| c == most);
            assert!(values.iter().zip(0..).all(|(v, i)| found.contains(i) == (*v == most)));
        }
    }

    #[test]
    fn long_runs_are_given_whole() {
        let mut bitmap = below(200_000);
        bitmap.remove(3);
        bitmap.insert_range(262_144..393_216);
        bitmap.optimize();
        let mut given = Vec::new();
        each(&bitmap, |number| given.push(number));
        assert!(given.iter().copied().eq(bitmap.iter()));
        assert_eq!(given.len() as u64, bitmap.len());
    }

    #[test]
    fn times_keep_every_microsecond_and_compare_alike() {
        let lists = [vec![NEVER; 3], vec![NEVER, 0, 5 * SECOND], vec![NEVER, 1, -7, 5 * SECOND]];
        for values in lists {
            let times = Times::of(values.clone());
            assert_eq!((0..values.len()).map(|i| times.get(i)).collect::<Vec<_>>(), values);
            for (from, to) in [(0, 1), (1, 6 * SECOND), (-9, 5 * SECOND), (-9, 5 * SECOND + 1)] {
                let plain: Vec<u32> = (0..)
                    .zip(&values)
                    .filter(|(_, t)| **t != NEVER && from <= **t && **t < to)
                    .map(|(i, _)| i)
                    .collect();
                assert_eq!(times.within(from, to).iter().collect::<Vec<_>>(), plain);
            }
        }
    }
}
