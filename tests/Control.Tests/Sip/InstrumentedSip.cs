using System.Reflection;
using System.Runtime.Loader;
using MediaEngine.Sip;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>
/// A second copy of <c>MediaEngine.Sip</c> in which every branch target counts its visits, and of this assembly on top of it:
/// what SharpFuzz does for AFL++, in one process.
/// </summary>
internal sealed class InstrumentedSip
{
    private const int MapSize = 1 << 14;
    private readonly byte[] _visits;

    public InstrumentedSip()
    {
        var context = new AssemblyLoadContext("instrumented");
        using (var image = new MemoryStream(Instrument(typeof(SipParser).Assembly.Location)))
            context.LoadFromStream(image);
        // The tests' own copy resolves MediaEngine.Sip within its context first.
        Assembly tests = context.LoadFromAssemblyPath(typeof(InstrumentedSip).Assembly.Location);
        Assembly sip = context.Assemblies.Single(assembly => assembly.GetName().Name == "MediaEngine.Sip");
        _visits = (byte[])sip.GetType("Coverage")!.GetField("Visits")!.GetValue(null)!;
        Run = tests.GetType(typeof(SipFuzzTarget).FullName!)!.GetMethod(nameof(SipFuzzTarget.Run))!.CreateDelegate<Action<byte[]>>();
    }

    /// <summary>Puts octets through <see cref="SipFuzzTarget"/> of the copy.</summary>
    public Action<byte[]> Run { get; }

    /// <summary>Runs the octets; true when a branch was taken more often by an order of magnitude than in any run before.</summary>
    public bool FindsNew(byte[] octets, byte[] seen)
    {
        Array.Clear(_visits);
        Run(octets);
        bool found = false;
        for (int i = 0; i < MapSize; i++)
        {
            if (_visits[i] == 0)
                continue;
            byte bucket = (byte)(1 << Math.Min(7, System.Numerics.BitOperations.Log2(_visits[i])));
            found |= (seen[i] & bucket) == 0;
            seen[i] |= bucket;
        }
        return found;
    }

    public static byte[] NewMap() => new byte[MapSize];

    private static byte[] Instrument(string path)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(path);
        var coverage = new TypeDefinition("", "Coverage", Mono.Cecil.TypeAttributes.Public | Mono.Cecil.TypeAttributes.Class, module.TypeSystem.Object);
        var visits = new FieldDefinition("Visits", Mono.Cecil.FieldAttributes.Public | Mono.Cecil.FieldAttributes.Static, new ArrayType(module.TypeSystem.Byte));
        coverage.Fields.Add(visits);
        TypeDefinition[] types = [.. module.GetTypes()];
        MethodDefinition visit = AddMethods(module, coverage, visits);
        module.Types.Add(coverage);
        int next = 0;
        foreach (MethodDefinition method in types.SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            method.Body.SimplifyMacros();
            ILProcessor il = method.Body.GetILProcessor();
            foreach (Instruction target in Targets(method.Body))
            {
                // Branches keep pointing at the instruction: it becomes the call's argument, and a copy of it follows.
                Instruction copy = Copy(target);
                target.OpCode = OpCodes.Ldc_I4;
                target.Operand = next++ % MapSize;
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

    private static Instruction[] Targets(Mono.Cecil.Cil.MethodBody body) =>
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

    /// <summary>The array is made by the type initialiser; Visit(int) counts up to 255.</summary>
    private static MethodDefinition AddMethods(ModuleDefinition module, TypeDefinition coverage, FieldDefinition visits)
    {
        var initialise = new MethodDefinition(".cctor", Mono.Cecil.MethodAttributes.Private | Mono.Cecil.MethodAttributes.Static |
            Mono.Cecil.MethodAttributes.SpecialName | Mono.Cecil.MethodAttributes.RTSpecialName, module.TypeSystem.Void);
        ILProcessor il = initialise.Body.GetILProcessor();
        il.Emit(OpCodes.Ldc_I4, MapSize);
        il.Emit(OpCodes.Newarr, module.TypeSystem.Byte);
        il.Emit(OpCodes.Stsfld, visits);
        il.Emit(OpCodes.Ret);
        coverage.Methods.Add(initialise);

        var visit = new MethodDefinition("Visit", Mono.Cecil.MethodAttributes.Public | Mono.Cecil.MethodAttributes.Static, module.TypeSystem.Void);
        visit.Parameters.Add(new ParameterDefinition(module.TypeSystem.Int32));
        il = visit.Body.GetILProcessor();
        Instruction end = il.Create(OpCodes.Ret);
        il.Emit(OpCodes.Ldsfld, visits);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldelem_U1);
        il.Emit(OpCodes.Ldc_I4, 255);
        il.Emit(OpCodes.Beq, end);
        il.Emit(OpCodes.Ldsfld, visits);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldsfld, visits);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldelem_U1);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Conv_U1);
        il.Emit(OpCodes.Stelem_I1);
        il.Append(end);
        coverage.Methods.Add(visit);
        return visit;
    }
}
