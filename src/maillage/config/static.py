"""How static files are named: by their content, so that a browser keeps them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):
    """Names by content, imports between our modules included."""

    support_js_module_import_aggregation = True
