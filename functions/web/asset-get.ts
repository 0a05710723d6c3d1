import { notFoundGeneral } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { ASSET_VERSION } from "../../shared/web/asset-version.gen.ts";
import { type Asset, findAsset } from "../../shared/web/assets.ts";

type Params = { file: string; version: string | undefined };
type AssetView = { asset: Asset; cacheControl: string };

// A year, which is as good as forever: changed content has another path.
const IMMUTABLE = "public, max-age=31536000, immutable";

// For another version than ours (another pod's, during a rollout): close enough to show, not to cache for long.
const BRIEF = "public, max-age=60";

// For paths that cannot carry a version.
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
    encoded: asset.encoded,
  }),
});
