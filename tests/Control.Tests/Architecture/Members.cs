using Mono.Cecil;

namespace MediaEngine.Control.Tests.Architecture;

internal static class Members
{
    /// <summary>What the type's code calls and its fields hold, as <c>Namespace.Type::Member</c>.</summary>
    public static IEnumerable<string> UsedBy(TypeDefinition type) =>
        type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions)
            .Select(instruction => instruction.Operand)
            .OfType<MemberReference>()
            .Where(member => member.DeclaringType is not null)
            .Select(member => $"{member.DeclaringType.FullName}::{member.Name}")
            .Concat(type.Fields.Select(field => $"{field.FieldType.FullName}::"))
            .Distinct();
}
