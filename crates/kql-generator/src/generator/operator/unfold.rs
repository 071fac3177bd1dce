//! Operators that unfold arrays and walk over rows: mv-expand, mv-apply, scan.

use crate::generator::Generator;
use crate::kind::Kind;
use crate::scope::Scope;

const TYPES: &[Kind] = &[
    Kind::String,
    Kind::Long,
    Kind::Int,
    Kind::Real,
    Kind::DateTime,
    Kind::Bool,
    Kind::Dynamic,
    Kind::Guid,
    Kind::TimeSpan,
];

impl Generator {
    /// What is unfolded: its text, its name where it has one, and its kind.
    fn unfolded(&mut self) -> (String, Option<String>, Kind) {
        let column = self.column_of(&[Kind::Dynamic, Kind::Array, Kind::Bag]);
        let (text, name) = match column {
            Some((text, _)) if self.chance(60) => {
                let name = text.trim_matches(['[', ']', '\'', '"']).to_owned();
                (text, Some(name))
            }
            _ => {
                let value = self.value(Kind::Array, 1).text;
                match self.chance(70) {
                    true => {
                        let name = self.fresh();
                        (format!("{name} = {value}"), Some(name))
                    }
                    false => (value, None),
                }
            }
        };
        if self.chance(45) {
            let kind = self.pick(TYPES);
            return (format!("{text} to typeof({})", kind.type_name()), name, kind);
        }
        (text, name, Kind::Dynamic)
    }

    pub(super) fn mv_expand(&mut self) -> String {
        let word = self.pick(&["mv-expand", "mv-expand", "mv-expand", "mvexpand"]);
        let mut parameters = self
            .pick(&["", "", "", "kind=array ", "kind=bag ", "bagexpansion=array ", "bagexpansion=bag "])
            .to_owned();
        if self.chance(20) {
            let index = self.fresh();
            parameters += &format!("with_itemindex={index} ");
            self.scope.set(&index, Some(Kind::Long));
        }
        let count = self.up_to(2);
        let before = self.scope.clone();
        let mut items = Vec::new();
        for _ in 0..count {
            let ((text, name, kind), _) = self.with_scope(before.clone(), Self::unfolded);
            match name {
                Some(name) if items.iter().all(|item: &String| !item.contains(&name)) => {
                    self.scope.set(&name, Some(kind))
                }
                Some(_) => continue,
                None => self.scope.forget_mentioned(&text),
            }
            items.push(text);
        }
        let limit = if self.chance(20) { format!(" limit {}", self.rng.u32(1..500)) } else { String::new() };
        format!("{word} {parameters}{}{limit}", items.join(", "))
    }

    pub(super) fn mv_apply(&mut self) -> String {
        if self.nesting >= super::super::NESTING {
            return self.mv_expand();
        }
        let word = self.pick(&["mv-apply", "mv-apply", "mv-apply", "mvapply"]);
        let mut inner = self.scope.clone();
        let mut parameters = String::new();
        if self.chance(15) {
            let index = self.fresh();
            parameters = format!("with_itemindex={index} ");
            inner.set(&index, Some(Kind::Long));
        }
        let (text, name, kind) = self.unfolded();
        match &name {
            Some(name) => inner.set(name, Some(kind)),
            None => inner.forget_mentioned(&text),
        }
        let limit = if self.chance(15) { format!(" limit {}", self.rng.u32(1..500)) } else { String::new() };
        self.nesting += 1;
        let ((body, after), _) = self.with_scope(inner, |generator| {
            let mut stages = Vec::new();
            for _ in 0..generator.up_to(2) {
                stages.push(match generator.rng.u32(0..7) {
                    0 | 1 => generator.where_rows(),
                    2 => generator.extend(),
                    3 => generator.summarize(),
                    4 => generator.project(),
                    5 => generator.top(),
                    _ => generator.take(),
                });
            }
            (stages.join(" | "), generator.scope.clone())
        });
        self.nesting -= 1;
        // What the subquery gives takes the place of what it was given.
        let mut scope = Scope { columns: self.scope.unmistakable().cloned().collect(), partial: true };
        scope.columns.retain(|column| after.find(&column.name).is_none_or(|found| found == column));
        for column in after.unmistakable() {
            if self.scope.find(&column.name).is_none() && !text.contains(&column.name) {
                scope.set(&column.name, Some(column.kind));
            }
        }
        scope.columns.retain(|column| !text.contains(&column.name));
        self.scope = scope;
        format!("{word} {parameters}{text}{limit} on ({body})")
    }

    pub(super) fn scan(&mut self) -> String {
        let mut parameters = self.pick(&["", "", "", "kind=partial ", "kind=full "]).to_owned();
        let mut after = self.scope.clone();
        if self.chance(30) {
            let name = self.fresh();
            parameters += &format!("with_match_id={name} ");
            after.set(&name, Some(Kind::Long));
        }
        let order = match self.chance(25) {
            true => format!("order by {} ", self.sort_key()),
            false => String::new(),
        };
        let partition = match self.column_of(Kind::PLAIN) {
            Some((column, _)) if self.chance(25) => format!("partition by {column} "),
            _ => String::new(),
        };
        let (declare, declared) = match self.chance(70) {
            true => {
                let (one, other) = (self.fresh(), self.fresh());
                after.set(&one, Some(Kind::Long));
                after.set(&other, Some(Kind::String));
                (format!("declare ({one}:long = 0, {other}:string) "), Some((one, other)))
            }
            false => (String::new(), None),
        };
        let mut inner = self.scope.clone();
        if let Some((one, other)) = &declared {
            inner.set(one, Some(Kind::Long));
            inner.set(other, Some(Kind::String));
        }
        let count = self.up_to(3);
        let (steps, _) = self.with_scope(inner, |generator| {
            let (mut steps, mut before): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
            for _ in 0..count {
                let name = generator.fresh();
                let optional = generator.perhaps(15, " optional");
                let output = generator.pick(&["", "", " output=all", " output=last", " output=none"]);
                let mut condition = generator.condition(1).within(super::super::Level::And);
                if let (Some(step), Some((column, _))) =
                    (before.last(), generator.column_of(&[Kind::DateTime]))
                    && !column.starts_with('[')
                {
                    condition = format!("{condition} and {column} - {step}.{column} < 1h");
                }
                let assigned = match (&declared, before.last()) {
                    (Some((one, _)), Some(step)) if generator.chance(50) => {
                        format!(" => {one} = {step}.{one} + 1")
                    }
                    (Some((one, other)), _) if generator.chance(60) => {
                        let value = generator.value(Kind::String, 1).text;
                        format!(" => {one} = 1, {other} = {value}")
                    }
                    _ => String::new(),
                };
                steps.push(format!("step {name}{optional}{output}: {condition}{assigned};"));
                before.push(name);
            }
            steps
        });
        self.scope = after;
        format!("scan {parameters}{order}{partition}{declare}with ({})", steps.join(" "))
    }
}
