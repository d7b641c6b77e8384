//! Many sorted lists of numbers in one block of bytes: each number as its distance from the one
//! before, seven bits a byte.

/// The lists.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// Where each list ends in `bytes`.
    pub(crate) ends: Vec<u32>,
    pub(crate) bytes: Vec<u8>,
}

/// Appends a number.
pub(crate) fn push(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

impl Lists {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a list: a measure of its length.
    pub(crate) fn bytes_of(&self, list: usize) -> &[u8] {
        let start = match list.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default() as usize,
            None => 0,
        };
        let end = self.ends.get(list).copied().unwrap_or_default() as usize;
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub(crate) fn iter(&self, list: usize) -> ListIter<'_> {
        ListIter { bytes: self.bytes_of(list).iter(), last: 0 }
    }

    /// The list at the end of all, from sorted numbers. `None` when there are too many bytes.
    pub(crate) fn push_list(&mut self, numbers: impl Iterator<Item = u32>) -> Option<()> {
        let mut last = 0;
        for number in numbers {
            push(&mut self.bytes, number.wrapping_sub(last));
            last = number;
        }
        self.close()
    }

    /// Ends the list whose bytes were just appended.
    pub(crate) fn close(&mut self) -> Option<()> {
        self.ends.push(u32::try_from(self.bytes.len()).ok()?);
        Some(())
    }
}

/// The numbers of a list, in order.
#[derive(Debug)]
pub(crate) struct ListIter<'a> {
    bytes: std::slice::Iter<'a, u8>,
    last: u32,
}

impl Iterator for ListIter<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let mut byte = *self.bytes.next()?;
        let mut number = u32::from(byte & 0x7f);
        let mut shift = 7;
        while byte & 0x80 != 0 {
            byte = *self.bytes.next()?;
            number |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or_default();
            shift += 7;
        }
        self.last = self.last.wrapping_add(number);
        Some(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back() {
        let lists = [vec![], vec![0], vec![0, 1, 127, 128, 300, u32::MAX], vec![5_000_000]];
        let mut packed = Lists::default();
        for list in &lists {
            assert!(packed.push_list(list.iter().copied()).is_some());
        }
        for (i, list) in lists.iter().enumerate() {
            assert_eq!(packed.iter(i).collect::<Vec<_>>(), *list);
        }
    }
}
