using System.Text.Json.Nodes;

namespace MediaEngine.Engine.Tests;

/// <summary>The published vectors beside the test assembly.</summary>
internal static class VectorFile
{
    public static JsonNode Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", name)))!;

    public static IEnumerable<JsonNode> Items(this JsonNode node, string key) => node[key]!.AsArray().Select(item => item!);

    public static string Text(this JsonNode node, string key) => node[key]!.GetValue<string>();

    public static byte[] Bytes(this JsonNode node, string key) => Convert.FromHexString(node.Text(key));
}
