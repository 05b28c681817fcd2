use std::collections::HashMap;

use super::file::Name;
use super::layer::{Layer, category};
use super::{Lane, Region, RegionIndex, TaxonomyError, tables};

/// The regions while they are collected: what an earlier layer says wins.
#[derive(Default)]
pub(super) struct Regions {
    pub(super) list: Vec<Region>,
    pub(super) by_id: HashMap<String, RegionIndex>,
}

impl Regions {
    /// Adds a region that is not there yet; false if it is.
    fn add(&mut self, id: &str, lane: Option<Lane>) -> bool {
        let Ok(index) = RegionIndex::try_from(self.list.len()) else { return false };
        if self.by_id.contains_key(id) {
            return false;
        }
        self.by_id.insert(id.to_owned(), index);
        self.list.push(Region { id: id.to_owned(), lane, also: Vec::new(), members: vec![index] });
        true
    }

    pub(super) fn add_layer(&mut self, layer: &Layer<'_>) -> Result<(), TaxonomyError> {
        let n_before = self.list.len();
        let mut named: Vec<(&Name, Lane)> = Vec::new();
        for (name, regions) in &layer.file.regions {
            let Some(category) = category(name) else {
                let span = regions.first().map(Name::span);
                return Err(TaxonomyError::at(layer.text, span, "regions: not one of the nine categories"));
            };
            named.extend(regions.iter().map(|region| (region, Lane::Category(category))));
        }
        let lanes = &layer.file.lanes;
        named.extend(lanes.whole_body.iter().map(|region| (region, Lane::WholeBody)));
        named.extend(lanes.phantom.iter().map(|region| (region, Lane::Phantom)));
        named.extend(lanes.not_human.iter().map(|region| (region, Lane::NotHuman)));
        for (region, lane) in named {
            let id = region.get_ref();
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
                return Err(layer.error(region.span(), "a region's name is capital letters and digits"));
            }
            let known = self.by_id.get(id).copied();
            if !self.add(id, Some(lane)) && known.is_none_or(|index| usize::from(index) >= n_before) {
                return Err(layer.error(region.span(), "this region is named twice, or there are too many"));
            }
        }
        Ok(())
    }

    pub(super) fn add_table(&mut self) {
        for [id, category_name, _] in tables::rows(tables::REGIONS) {
            self.add(id, category(category_name).map(Lane::Category));
        }
    }

    /// `also` and `combinations`, once all regions are known.
    pub(super) fn add_relations(&mut self, layer: &Layer<'_>) -> Result<(), TaxonomyError> {
        for (id, categories) in &layer.file.also {
            let span = categories.first().map(Name::span);
            let Some(&index) = self.by_id.get(id) else {
                return Err(TaxonomyError::at(layer.text, span, "also: unknown region"));
            };
            let categories = layer.categories(categories)?;
            if let Some(region) = self.list.get_mut(usize::from(index))
                && region.also.is_empty()
            {
                region.also = categories;
            }
        }
        for (id, names) in &layer.file.combinations {
            let members = names.iter().map(|name| self.find(layer, name)).collect::<Result<Vec<_>, _>>()?;
            self.add(id, None);
            let Some(&index) = self.by_id.get(id) else { continue };
            if let Some(region) = self.list.get_mut(usize::from(index))
                && region.members == [index]
            {
                region.members = members;
            }
        }
        Ok(())
    }

    pub(super) fn add_table_relations(&mut self) {
        for [id, _, also] in tables::rows(tables::REGIONS) {
            let Some(&index) = self.by_id.get(id) else { continue };
            if let Some(region) = self.list.get_mut(usize::from(index))
                && region.also.is_empty()
            {
                region.also = also.split('|').filter_map(category).collect();
            }
        }
    }

    pub(super) fn find(&self, layer: &Layer<'_>, name: &Name) -> Result<RegionIndex, TaxonomyError> {
        let found = self.by_id.get(name.get_ref()).copied();
        found.ok_or_else(|| layer.error(name.span(), "unknown region"))
    }

    /// The regions that this one stands for.
    pub(super) fn members(&self, index: RegionIndex) -> Vec<RegionIndex> {
        self.list.get(usize::from(index)).map(|region| region.members.clone()).unwrap_or_default()
    }

    /// Each leads to one of the nine categories.
    pub(super) fn are_places(&self, members: &[RegionIndex]) -> bool {
        let is_place = |region: &Region| matches!(region.lane, Some(Lane::Category(_)));
        members.iter().all(|&member| self.list.get(usize::from(member)).is_some_and(is_place))
    }

    pub(super) fn first_of(&self, lane: Lane) -> Option<RegionIndex> {
        let index = self.list.iter().position(|region| region.lane == Some(lane))?;
        RegionIndex::try_from(index).ok()
    }
}
