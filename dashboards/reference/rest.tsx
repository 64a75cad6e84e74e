import { Fragment, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Entry } from '../src/reference/search';
import type { Page } from './page';
import { Description } from './schema';

type Schema = {
  $ref?: string; type?: string; format?: string; description?: string; enum?: string[]; items?: Schema; oneOf?: Schema[]; default?: unknown;
  additionalProperties?: Schema | boolean; properties?: Record<string, Schema>; required?: string[]; minimum?: number; maximum?: number; maxLength?: number;
};
type Content = Record<string, { schema?: Schema }>;
type Operation = {
  summary?: string; description?: string; requestBody?: { content: Content };
  parameters?: { name: string; in: string; description?: string; required?: boolean; schema?: Schema }[];
  responses: Record<string, { description?: string; content?: Content }>;
};
export type OpenApi = { info: { description: string }; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };

const NAME = 'rest';
const TITLE = 'REST API';

/** The page of the REST API: an operation is at `#get-v1-...`, a type at `#Type`, its property at `#Type.property`. */
export function restPage({ info, paths, components }: OpenApi): Page {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: `${method}${path.replace(/[^a-z0-9]+/gi, '-').replace(/-$/, '')}`,
      title: `${method.toUpperCase()} ${path}`,
      operation,
    })));
  const schemas = Object.entries(components.schemas);
  const html = renderToStaticMarkup(
    <>
      <h1>{TITLE}</h1>
      <Description of={info.description} />
      <p>Operations can be tried at <a href="../swagger-ui.html">Swagger UI</a>; for programs they are described at <a href="../v3/api-docs">/v3/api-docs</a>.</p>
      <ul className="names">
        {operations.map(({ id, title }) => <li key={id}><a href={`#${id}`}>{title}</a></li>)}
        {schemas.map(([name]) => <li key={name}><a href={`#${name}`}>{name}</a></li>)}
      </ul>
      {operations.map(({ id, title, operation }) => (
        <section key={id}>
          <h2 id={id}><a href={`#${id}`}>{title}</a></h2>
          <Description of={operation.summary} />
          <Description of={operation.description} />
          <dl>
            {operation.parameters?.map((parameter) => (
              <Member key={parameter.name} name={parameter.name} schema={parameter.schema ?? {}} required={parameter.required} of={`in the ${parameter.in}`}>
                <Description of={parameter.description} />
              </Member>
            ))}
            {operation.requestBody && <><dt>Body</dt><dd><Bodies of={operation.requestBody.content} /></dd></>}
            {Object.entries(operation.responses).map(([status, answer]) => (
              <Fragment key={status}>
                <dt>{status}</dt>
                <dd><Description of={answer.description} /><Bodies of={answer.content ?? {}} /></dd>
              </Fragment>
            ))}
          </dl>
        </section>
      ))}
      {schemas.map(([name, schema]) => (
        <section key={name}>
          <h2 id={name}><a href={`#${name}`}>{name}</a></h2>
          <Description of={schema.description} />
          <dl>
            {Object.entries(schema.properties ?? {}).map(([property, each]) => (
              <Member key={property} id={`${name}.${property}`} name={property} schema={each} required={schema.required?.includes(property)}>
                <Description of={each.description} />
              </Member>
            ))}
          </dl>
        </section>
      ))}
    </>,
  );
  const entry = (title: string, id: string, text: (string | undefined)[]): Entry =>
    ({ title, page: TITLE, address: `${NAME}.html#${id}`, text: text.filter(Boolean).join('\n') });
  return {
    name: NAME,
    title: TITLE,
    group: 'REST',
    html,
    entries: [
      ...operations.map(({ id, title, operation }) =>
        entry(title, id, [operation.summary, operation.description, ...(operation.parameters ?? []).flatMap((each) => [each.name, each.description])])),
      ...schemas.flatMap(([name, schema]) => [
        entry(name, name, [schema.description]),
        ...Object.entries(schema.properties ?? {}).map(([property, each]) => entry(`${name}.${property}`, `${name}.${property}`, [each.description])),
      ]),
    ],
  };
}

function Member({ id, name, schema, required, of, children }: { id?: string; name: string; schema: Schema; required?: boolean; of?: string; children: ReactNode }) {
  return (
    <>
      <dt id={id}>
        {id ? <a href={`#${id}`}><code>{name}</code></a> : <code>{name}</code>}: <TypeName of={schema} />
        <span className="note">{[of, required && 'required', ...bounds(schema)].filter(Boolean).map((each) => `, ${each}`)}</span>
      </dt>
      <dd>{children}</dd>
    </>
  );
}

function Bodies({ of }: { of: Content }) {
  return Object.entries(of).map(([type, { schema }]) => (
    <p key={type}>{type === '*/*' ? 'application/json' : type}{schema && <>: <TypeName of={schema} /></>}</p>
  ));
}

function TypeName({ of }: { of: Schema }): ReactNode {
  const { $ref, enum: values, items, oneOf, additionalProperties } = of;
  if ($ref) {
    const name = $ref.split('/').pop()!;
    return <a href={`#${name}`}>{name}</a>;
  }
  if (values) return values.map((value, i) => <Fragment key={value}>{i > 0 && ' or '}<code>{value}</code></Fragment>);
  if (items) return <>[<TypeName of={items} />]</>;
  if (oneOf) return oneOf.map((each, i) => <Fragment key={i}>{i > 0 && ' or '}<TypeName of={each} /></Fragment>);
  if (typeof additionalProperties === 'object') return <>object of <TypeName of={additionalProperties} /></>;
  return [of.type ?? 'any', of.format && `(${of.format})`].filter(Boolean).join(' ');
}

function bounds({ minimum, maximum, maxLength, default: value }: Schema) {
  return [
    minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : minimum !== undefined ? `at least ${minimum}` : maximum !== undefined && `at most ${maximum}`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    value !== undefined && `by default ${value}`,
  ];
}
