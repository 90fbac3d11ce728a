import type { Model } from "../api/schemas.ts";

export function isChatModel({ capabilities }: Model): boolean {
  return capabilities.includes("completion");
}

interface ModelChoiceProps {
  models: readonly Model[];
  chosen: string | null;
  onChoose: (id: string) => void;
}

export function ModelChoice({ models, chosen, onChoose }: ModelChoiceProps) {
  return (
    <label class="choice">
      Model
      <select
        value={chosen ?? ""}
        disabled={models.length === 0}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        {models.map(({ id }) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}
