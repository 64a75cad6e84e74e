import type { DocumentNode, GraphQLSchema } from 'graphql';

export function readSchema(): GraphQLSchema;
export function readDocuments(folder: string): Array<{ name: string; text: string; document: DocumentNode }>;
