using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace MediaEngine.SipFuzz;

/// <summary>Rewrites an assembly so that it counts how often it goes from each branch target to each other, as AFL's map has it.</summary>
public static class CoverageInstrumenter
{
    /// <summary>Counters of a map.</summary>
    public const int Map_bytes = 1 << 16;

    /// <summary>The type added to the assembly, and its field with the map, a byte array.</summary>
    public const string TypeName = "Coverage", FieldName = "Visits";

    /// <summary>The field with the place that was visited last; 0 begins anew.</summary>
    public const string PreviousName = "Previous";

    /// <summary>The image of the assembly in that file with its counting.</summary>
    public static byte[] Instrument(string path)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(path);
        TypeDefinition[] types = [.. module.GetTypes()];
        MethodDefinition visit = AddCoverage(module);
        // Places spread over the map by a fixed seed, so that a map means the same in every build of the same sources.
        var places = new Random(1);
        foreach (MethodDefinition method in types.SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            method.Body.SimplifyMacros();
            ILProcessor il = method.Body.GetILProcessor();
            foreach (Instruction target in Targets(method.Body))
            {
                // Branches keep pointing at the instruction: it becomes the call's argument, and a copy of it follows.
                Instruction copy = Copy(target);
                target.OpCode = OpCodes.Ldc_I4;
                target.Operand = places.Next(Map_bytes);
                Instruction call = il.Create(OpCodes.Call, visit);
                il.InsertAfter(target, call);
                il.InsertAfter(call, copy);
            }
            method.Body.OptimizeMacros();
        }
        using var image = new MemoryStream();
        module.Write(image);
        return image.ToArray();
    }

    private static Instruction[] Targets(MethodBody body) =>
    [
        .. body.Instructions
            .SelectMany(instruction => instruction.Operand switch
            {
                Instruction target when instruction.OpCode.FlowControl == FlowControl.Cond_Branch => [target, instruction.Next],
                Instruction target => [target],
                Instruction[] targets => targets.Append(instruction.Next),
                _ => Enumerable.Empty<Instruction>(),
            })
            .Append(body.Instructions[0])
            .Distinct()
            .Where(target => target is not null && target.Previous?.OpCode.OpCodeType != OpCodeType.Prefix),
    ];

    private static Instruction Copy(Instruction instruction)
    {
        Instruction copy = Instruction.Create(OpCodes.Nop);
        copy.OpCode = instruction.OpCode;
        copy.Operand = instruction.Operand;
        return copy;
    }

    /// <summary>static void Visit(int place): counts the way here from the place before, up to 255.</summary>
    private static MethodDefinition AddCoverage(ModuleDefinition module)
    {
        const FieldAttributes Fields = FieldAttributes.Public | FieldAttributes.Static;
        TypeSystem system = module.TypeSystem;
        var coverage = new TypeDefinition("", TypeName, TypeAttributes.Public | TypeAttributes.Class, system.Object);
        var visits = new FieldDefinition(FieldName, Fields, new ArrayType(system.Byte));
        var previous = new FieldDefinition(PreviousName, Fields, system.Int32);
        coverage.Fields.Add(visits);
        coverage.Fields.Add(previous);
        module.Types.Add(coverage);

        var initialise = new MethodDefinition(".cctor", MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.SpecialName |
            MethodAttributes.RTSpecialName, system.Void);
        coverage.Methods.Add(initialise);
        ILProcessor il = initialise.Body.GetILProcessor();
        il.Emit(OpCodes.Ldc_I4, Map_bytes);
        il.Emit(OpCodes.Newarr, system.Byte);
        il.Emit(OpCodes.Stsfld, visits);
        il.Emit(OpCodes.Ret);

        var visit = new MethodDefinition("Visit", MethodAttributes.Public | MethodAttributes.Static, system.Void);
        visit.Parameters.Add(new ParameterDefinition(system.Int32));
        coverage.Methods.Add(visit);
        visit.Body.InitLocals = true;
        var way = new VariableDefinition(system.Int32);
        visit.Body.Variables.Add(way);
        il = visit.Body.GetILProcessor();
        Instruction end = il.Create(OpCodes.Ret);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldsfld, previous);
        il.Emit(OpCodes.Xor);
        il.Emit(OpCodes.Stloc, way);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Shr);
        il.Emit(OpCodes.Stsfld, previous);
        il.Emit(OpCodes.Ldsfld, visits);
        il.Emit(OpCodes.Ldloc, way);
        il.Emit(OpCodes.Ldelem_U1);
        il.Emit(OpCodes.Ldc_I4, 255);
        il.Emit(OpCodes.Beq, end);
        il.Emit(OpCodes.Ldsfld, visits);
        il.Emit(OpCodes.Ldloc, way);
        il.Emit(OpCodes.Ldsfld, visits);
        il.Emit(OpCodes.Ldloc, way);
        il.Emit(OpCodes.Ldelem_U1);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Conv_U1);
        il.Emit(OpCodes.Stelem_I1);
        il.Append(end);
        return visit;
    }
}
