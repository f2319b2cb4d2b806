"""What pages print of a figure: its two images with one alt text, and where its code and its data are."""


def printed(name, alt, read):
    """{"images", "links"} of a figure in Markdown, for a page in docs/; read: names of the experiments that it reads."""
    modes = ("light", "dark")
    images = "\n".join(f"![{alt}](generated/figures/{name}-{mode}.svg#only-{mode}){{ loading=lazy }}" for mode in modes)
    # where a figure reads several experiments, their names tell the links apart
    sources = [f"`{experiment}`: {_sources(experiment, ', ')}" for experiment in read] if len(read) > 1 else [_sources(one, " · ") for one in read]
    return {"images": images, "links": " · ".join([f"[Code](generated/evidence/figures/{name}.py)", *sources])}


def _sources(experiment, between):
    links = {"experiment": f"generated/evidence/experiments/{experiment}.py", "data": f"generated/results/{experiment}.json"}
    return between.join(f"[{text}]({target})" for text, target in links.items())
