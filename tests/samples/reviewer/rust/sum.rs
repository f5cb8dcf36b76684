//! Adds numbers.

pub fn sum(numbers: &[i64]) -> i64 {
    let mut total = 0;
    for number in numbers {
        total += number;
    }
    total
