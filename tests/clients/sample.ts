// A program against the types that openapi-typescript generates; tsc checks it, node runs it.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { argv: string[] };

const [url, key] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });

const { data: prediction } = await client.POST("/api/v1/predictions", { body: { word: "orignal" } });
if (prediction?.kind === "prediction") {
  const verdict: "single" | "several" | "unsure" = prediction.verdict;
  console.log(prediction.kind, verdict, prediction.correction?.label ?? "no correction");
}
const { data: comparison } = await client.POST("/api/v1/predictions", { body: { word: "piano", model: "all" } });
if (comparison?.kind === "comparison") console.log(comparison.kind, comparison.answers.length);

const { data: batch } = await client.POST("/api/v1/predictions/batch", {
  body: { items: [{ id: "a", word: "piano" }, { word: "123" }] },
});
for (const { id, prediction, problem } of batch?.results ?? []) console.log(id, prediction?.kind, problem?.status);

let cursor: string | null | undefined = "";
let pages = 0;
do {
  const query: { page_size: number; cursor?: string } = { page_size: 1, cursor };
  const { data } = await client.GET("/api/v1/predictions", { params: { query } });
  cursor = data?.next_cursor;
  pages += 1;
} while (cursor);
console.log("pages", pages);

const public_id = prediction?.id ?? "";
const { data: feedback } = await client.PUT("/api/v1/predictions/{public_id}/feedback", {
  params: { path: { public_id } },
  body: { label: "mul", languages: ["en", "fr"], comment: "both" },
});
console.log(feedback?.kind, feedback?.status);

const { data: models } = await client.GET("/api/v1/models");
const accuracy: number | null | undefined = models?.models[0]?.scores["held-out"]?.accuracy;
console.log(typeof accuracy);

const { error } = await client.GET("/api/v1/identify", { params: { query: { word: "123" } } });
console.log(error?.errors?.[0]?.code);
