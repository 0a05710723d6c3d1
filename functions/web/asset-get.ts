import { notFoundGeneral } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { ASSET_VERSION } from "../../shared/web/asset-version.gen.ts";
import { type Asset, findAsset } from "../../shared/web/assets.ts";

type Params = { file: string; version: string | undefined };
type AssetView = { asset: Asset; cacheControl: string };

// A year, which is as good as for ever: another content has another path.
const IMMUTABLE = "public, max-age=31536000, immutable";

// Of a version that is not ours (while a release rolls out, another pod's): near enough to be shown, not to be kept.
const BRIEF = "public, max-age=60";

// Paths that cannot carry a version.
const DAILY = "public, max-age=86400";

export default httpFunction<Params, AssetView>({
  usesDatabase: false,

  readParams: ({ path, params }) => ({ file: params.file ?? path.slice(1), version: params.version }),

  handle(_ctx, { file, version }) {
    const asset = findAsset(file);
    if (asset === undefined) throw notFoundGeneral(`there is no asset "${file.slice(0, 100)}"`);
    if (version === undefined) return { asset, cacheControl: DAILY };
    return { asset, cacheControl: version === ASSET_VERSION ? IMMUTABLE : BRIEF };
  },

  render: ({ asset, cacheControl }) => ({
    headers: { "content-type": asset.contentType, "cache-control": cacheControl },
    body: asset.body,
  }),
});
