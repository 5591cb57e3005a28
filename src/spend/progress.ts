/** One visible step of a stage: what it is doing and how far it is, 0 to 100 and never falling within a stage. */
export type Step = { reasoning: string; progress: number };

export type OnStep = (step: Step) => void;
