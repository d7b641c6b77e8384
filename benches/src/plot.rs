//! A plot of how times grow with the number of entities, as SVG: both axes logarithmic.

use std::fmt::Write as _;

/// Times in milliseconds by number of entities.
pub type Points = Vec<(usize, f64)>;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 460.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 380.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 50.0;
const COLOURS: [&str; 8] =
    ["#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b8860b", "#2f4b7c", "#a05195", "#665191"];

/// The plot of some lines. Each has its name at its end.
#[must_use]
pub fn growth(title: &str, lines: &[(String, Points)]) -> String {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let sizes = || points().map(|(size, _)| *size as f64);
    let bounds = |values: &mut dyn Iterator<Item = f64>| {
        let logs: Vec<f64> = values.map(|value| value.max(1e-3).log10()).collect();
        let least = logs.iter().copied().fold(f64::MAX, f64::min).floor();
        let most = logs.iter().copied().fold(f64::MIN, f64::max).ceil();
        if least < most { (least, most) } else { (most - 1.0, most.max(0.0)) }
    };
    let (x0, x1) = bounds(&mut sizes());
    let (y0, y1) = bounds(&mut points().map(|(_, time)| *time));
    let x = |log: f64| LEFT + (log - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT);
    let y = |log: f64| HEIGHT - BOTTOM - (log - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"18\" font-size=\"14\">{title}</text>\n"
    );
    for power in x0 as i32..=x1 as i32 {
        let at = x(power.into());
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{}\" stroke=\"#ddd\"/>\n\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 18.0,
            10_f64.powi(power)
        );
    }
    for power in y0 as i32..=y1 as i32 {
        let at = y(power.into());
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\n\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{} ms</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0,
            10_f64.powi(power)
        );
    }
    let mut ends: Vec<f64> = Vec::new();
    let last = |points: &Points| points.last().map_or(0.0, |(_, time)| time.max(1e-3).log10());
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|a, b| last(&lines[*b].1).total_cmp(&last(&lines[*a].1)));
    for at in order {
        let ((name, points), colour) = (&lines[at], COLOURS[at % COLOURS.len()]);
        let place =
            |(size, time): &(usize, f64)| (x((*size as f64).log10()), y(time.max(1e-3).log10()));
        let path: Vec<String> =
            points.iter().map(place).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (x, y) in points.iter().map(place) {
            let _ =
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let Some((end, height)) = points.last().map(place) else { continue };
        // Names that would lie over one another move down.
        let label = ends.last().map_or(height, |above| height.max(above + 15.0));
        ends.push(label);
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{name}</text>",
            end + 10.0,
            label + 4.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">entities</text>\n</svg>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_drawn_and_named() {
        let lines = [
            ("pages".to_owned(), vec![(10_000, 0.5), (1_000_000, 9.0)]),
            ("text".to_owned(), vec![(10_000, 0.0), (1_000_000, 9.0)]),
        ];
        let svg = growth("How it grows", &lines);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains(">pages<") && svg.contains(">text<") && svg.contains(">100000<"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
