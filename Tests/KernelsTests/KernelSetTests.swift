import Glibc
import Kernels
import Testing

@Suite struct KernelSetTests {
  @Test func `every CPU can run the generic set, and it comes last`() {
    #expect(KernelSet.all.last?.name == "generic")
    #expect(Set(KernelSet.all.map(\.name)).count == KernelSet.all.count)
    #expect(KernelSet.generic.description == "generic")
  }

  @Test func `without the environment variable the fastest set is taken`() async {
    await #expect(processExitsWith: .success) {
      unsetenv("DRAGOMAN_KERNELS")
      let fastest = try KernelSet.selected()
      precondition(fastest.name == KernelSet.all.first?.name)
      setenv("DRAGOMAN_KERNELS", "", 1)
      let alsoFastest = try KernelSet.selected()
      precondition(alsoFastest.name == KernelSet.all.first?.name)
    }
  }

  @Test func `the environment variable forces any set that the CPU can run`() async {
    await #expect(processExitsWith: .success) {
      for set in KernelSet.all {
        setenv("DRAGOMAN_KERNELS", set.name, 1)
        let selected = try KernelSet.selected()
        precondition(selected.name == set.name)
      }
    }
  }

  @Test func `a set that does not exist is refused with the names of those that do`() async {
    await #expect(processExitsWith: .success) {
      setenv("DRAGOMAN_KERNELS", "mmx", 1)
      do throws(KernelError) {
        _ = try KernelSet.selected()
        preconditionFailure("mmx was accepted")
      } catch .unknownSet(let name, let known) {
        precondition(name == "mmx" && known.contains("generic"))
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  @Test func `its errors name the variable, the value and the choices`() {
    let unknown = KernelError.unknownSet(name: "mmx", known: ["avx2", "generic"])
    #expect(unknown.description == "DRAGOMAN_KERNELS=mmx: no such kernel set; known here: avx2, generic")
    let unsupported = KernelError.unsupportedSet(name: "avx2", supported: ["generic"])
    #expect(unsupported.description.contains("DRAGOMAN_KERNELS=avx2"))
    #expect(unsupported.description.contains("supported: generic"))
  }
}
