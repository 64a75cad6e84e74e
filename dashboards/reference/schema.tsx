import {
  getNamedType, isEnumType, isInputObjectType, isInterfaceType, isListType, isNonNullType, isObjectType, isScalarType, isSpecifiedScalarType,
  print, type GraphQLArgument, type GraphQLInputField, type GraphQLNamedType, type GraphQLSchema, type GraphQLType,
} from 'graphql';
import { Fragment, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Entry } from '../src/reference/search';
import { description } from './markdown';
import type { Page } from './page';

type Member = { name: string; description?: string | null; deprecationReason?: string | null; type?: GraphQLType; args?: readonly GraphQLArgument[] };

const PAGES: { name: string; title: string; has: (type: GraphQLNamedType, schema: GraphQLSchema) => boolean }[] = [
  { name: 'queries', title: 'Queries', has: (type, schema) => type === schema.getQueryType() },
  { name: 'mutations', title: 'Mutations', has: (type, schema) => type === schema.getMutationType() },
  { name: 'subscriptions', title: 'Subscriptions', has: (type, schema) => type === schema.getSubscriptionType() },
  { name: 'types', title: 'Types', has: (type) => isObjectType(type) || isInterfaceType(type) },
  { name: 'inputs', title: 'Inputs', has: isInputObjectType },
  { name: 'enums', title: 'Enums', has: isEnumType },
  { name: 'scalars', title: 'Scalars', has: isScalarType },
];

/** The pages of the schema: each type is at `#Type` of the page of its kind, each field, argument's owner and value at `#Type.name`. */
export function schemaPages(schema: GraphQLSchema): Page[] {
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .sort((a, b) => a.name.localeCompare(b.name));
  const pageOf = (type: GraphQLNamedType) => PAGES.find(({ has }) => has(type, schema))!.name;
  const link = (type: GraphQLNamedType) => <a href={`${pageOf(type)}.html#${type.name}`}>{type.name}</a>;
  return PAGES.map(({ name, title }) => {
    const own = types.filter((type) => pageOf(type) === name);
    const html = renderToStaticMarkup(
      <>
        <h1>{title}</h1>
        <ul className="names">
          {own.length > 1
            ? own.map((type) => <li key={type.name}>{link(type)}</li>)
            : membersOf(own[0]!).map((member) => <li key={member.name}><a href={`#${own[0]!.name}.${member.name}`}>{member.name}</a></li>)}
        </ul>
        {own.map((type) => <TypeSection key={type.name} type={type} link={link} />)}
      </>,
    );
    return { name, title, group: 'GraphQL', html, entries: own.flatMap((type) => entriesOf(type, name, title)) };
  });
}

function TypeSection({ type, link }: { type: GraphQLNamedType; link: (type: GraphQLNamedType) => ReactNode }) {
  const interfaces = isObjectType(type) ? type.getInterfaces() : [];
  return (
    <section>
      <h2 id={type.name}><a href={`#${type.name}`}>{type.name}</a></h2>
      <Description of={type.description ?? (isSpecifiedScalarType(type) ? 'As in every GraphQL schema.' : '')} />
      {interfaces.length > 0 && <p>Implements {interfaces.map((each) => <Fragment key={each.name}>{link(each)} </Fragment>)}</p>}
      <dl>
        {membersOf(type).map((member) => (
          <Fragment key={member.name}>
            <dt id={`${type.name}.${member.name}`}>
              <a href={`#${type.name}.${member.name}`}><code>{member.name}</code></a>
              {member.type && <>: <TypeName of={member.type} link={link} /></>}
              <DefaultValue of={member} />
            </dt>
            <dd>
              <Description of={member.description} />
              {member.deprecationReason && <Description of={`**Deprecated.** ${member.deprecationReason}`} />}
              {member.args && member.args.length > 0 && (
                <dl>
                  {member.args.map((arg) => (
                    <Fragment key={arg.name}>
                      <dt><code>{arg.name}</code>: <TypeName of={arg.type} link={link} /><DefaultValue of={arg} /></dt>
                      <dd><Description of={arg.description} /></dd>
                    </Fragment>
                  ))}
                </dl>
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

export function Description({ of }: { of?: string | null }) {
  return of ? <div dangerouslySetInnerHTML={{ __html: description(of) }} /> : null;
}

function TypeName({ of, link }: { of: GraphQLType; link: (type: GraphQLNamedType) => ReactNode }): ReactNode {
  if (isNonNullType(of)) return <><TypeName of={of.ofType} link={link} />!</>;
  if (isListType(of)) return <>[<TypeName of={of.ofType} link={link} />]</>;
  return link(getNamedType(of)!);
}

function DefaultValue({ of }: { of: Member | GraphQLArgument | GraphQLInputField }) {
  const value = 'astNode' in of && of.astNode && 'defaultValue' in of.astNode ? of.astNode.defaultValue : undefined;
  return value ? <> = <code>{print(value)}</code></> : null;
}

function membersOf(type: GraphQLNamedType): Member[] {
  if (isEnumType(type)) return [...type.getValues()];
  return isScalarType(type) || !('getFields' in type) ? [] : Object.values(type.getFields());
}

function entriesOf(type: GraphQLNamedType, name: string, page: string): Entry[] {
  const at = (id: string) => `${name}.html#${id}`;
  return [
    { title: type.name, page, address: at(type.name), text: type.description ?? '' },
    ...membersOf(type).map((member) => ({
      title: `${type.name}.${member.name}`,
      page,
      address: at(`${type.name}.${member.name}`),
      text: [member, ...(member.args ?? [])].map((each) => `${each.name} ${each.description ?? ''}`).join('\n'),
    })),
  ];
}
