using Mono.Cecil;
using Xunit;

namespace MediaEngine.Control.Tests.Architecture;

/// <summary>XML is read in two places, each without DTD and within bounds: bodies by SafeXml, the KMS's documents by KmsXml.</summary>
public class XmlTests
{
    private static readonly string[] Readers =
    [
        "System.Xml.XmlReader::Create",
        "System.Xml.XmlTextReader::",
        "System.Xml.XmlDocument::",
        "System.Xml.Linq.XDocument::Load",
        "System.Xml.Linq.XDocument::Parse",
        "System.Xml.Linq.XElement::Load",
        "System.Xml.Linq.XElement::Parse",
        "System.Xml.Linq.XNode::ReadFrom",
        "System.Xml.XPath.",
        "System.Xml.Xsl.",
        "System.Xml.Serialization.",
        "System.Runtime.Serialization.DataContractSerializer::",
    ];

    [Fact]
    public void Nobody_else_reads_xml()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Room room in Room.All.Where(room => room.Project != "tools/mcx"))
        {
            using var module = ModuleDefinition.ReadModule(room.AssemblyPath);
            foreach (TypeDefinition type in module.GetTypes())
            {
                if (Members.UsedBy(type).Any(member => Array.Exists(Readers, reader => member.StartsWith(reader, StringComparison.Ordinal))))
                    found.Add(type.Name);
            }
        }
        Assert.Equal(["KmsXml", "SafeXml"], found);
    }
}
